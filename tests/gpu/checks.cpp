// Does Sibyl's training do on a GPU what it does on the CPU? Prints a line a check; exit code: how many
// failed.
//
//     gpu_checks cuda all|graphs|deterministic|assert       (cpu in place of cuda tries the program itself)
#include "models.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

#include "sibyl/data/augment.hpp"
#include "sibyl/precision.hpp"
#include "train/device/device.hpp"
#include "train/device/step_graph.hpp"
#include "train/optimizers/fused_optimizers.hpp"

using namespace sibyl;
using check::Recorder;
namespace nn = torch::nn;

namespace {

std::string device = "cuda";
int failed = 0;

void say(bool good, const std::string& name, const std::string& detail = "") {
  failed += good ? 0 : 1;
  std::printf("%s %s%s%s\n", good ? "ok  " : "FAIL", name.c_str(), detail.empty() ? "" : ": ",
              detail.c_str());
  std::fflush(stdout);
}

template <class F>
void attempt(const std::string& name, F&& f) {
  try {
    f();
  } catch (const c10::Error& e) {
    say(false, name, std::string("threw ") + e.what_without_backtrace());
  } catch (const std::exception& e) {
    say(false, name, std::string("threw ") + e.what());
  }
}

/// Counts what replays a training has.
struct CountingGraph : StepGraph {
  CountingGraph(std::unique_ptr<StepGraph> real, int& replays) : real(std::move(real)), replays(replays) {}
  bool waits(const Step& step) override { return real->waits(step); }
  void record(const Step& step) override { real->record(step); }
  void replay() override {
    ++replays;
    real->replay();
  }
  std::unique_ptr<StepGraph> real;
  int& replays;
};

struct CountingContext : FitContext {
  CountingContext(FitContext& real, int& replays) : real(real), replays(replays) {}
  TrialId trial() const override { return real.trial(); }
  int execution() const override { return real.execution(); }
  std::uint64_t seed() const override { return real.seed(); }
  at::Device device() const override { return real.device(); }
  int first_epoch() const override { return real.first_epoch(); }
  int last_epoch() const override { return real.last_epoch(); }
  int max_epochs() const override { return real.max_epochs(); }
  torch::optim::Optimizer& optimizer() override { return real.optimizer(); }
  bool cancelled() override { return real.cancelled(); }
  bool cancelled(std::int64_t step, const Keep& keep) override { return real.cancelled(step, keep); }
  EpochPlace begin_epoch() override { return real.begin_epoch(); }
  bool report(int epoch, std::vector<Metric> metrics) override {
    return real.report(epoch, std::move(metrics));
  }
  void warn(const std::string& text) override { real.warn(text); }
  std::unique_ptr<StepGraph> step_graph(bool own_code) override {
    auto graph = real.step_graph(own_code);
    if (!graph) return nullptr;
    return std::make_unique<CountingGraph>(std::move(graph), replays);
  }
  FitContext& real;
  int& replays;
};

struct Model : HyperModel {
  check::Case its_case;
  Optimizer how;
  Precision how_precise = Precision::full;
  bool weighted = false, regression = false, noisy = false;
  std::function<void()> before_loss;                    // called in every step
  std::int64_t samples = device == "cpu" ? 192 : 1100;  // on the CPU the check itself is tried
  int replays = 0;

  nn::Sequential build(HyperParameters&) override {
    if (regression) return nn::Sequential(nn::Linear(4, 16), nn::Tanh(), nn::Linear(16, 1));
    return its_case.build();
  }
  Optimizer optimizer(HyperParameters&) override { return how; }
  Precision precision(HyperParameters&) override { return how_precise; }
  int batch_size(HyperParameters&) override { return static_cast<int>(its_case.batch); }
  torch::Tensor class_weights() const override {
    return weighted ? torch::linspace(0.5, 2, 10) : torch::Tensor();
  }
  Objective objective() const override { return Objective::parse("val_loss"); }
  Data data(const DataOptions&) override {
    const Split all = check::blobs(its_case, samples + 250);
    const auto part = [&](std::int64_t begin, std::int64_t n) {
      Split split{.x = all.x.narrow(0, begin, n), .y = all.y.narrow(0, begin, n)};
      if (regression) split.y = split.x.sum(1).sub(1);
      return split;
    };
    return {.train = part(0, samples), .validation = part(samples, 250), .test = {}};
  }
  torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
    if (before_loss) before_loss();
    return HyperModel::compute_loss(output, y);
  }
  StepResult training_step(nn::Sequential& model, const torch::Tensor& x, const torch::Tensor& y) override {
    if (!noisy) return HyperModel::training_step(model, x, y);
    return HyperModel::training_step(model, x + 0.1 * torch::randn_like(x), y);
  }
  void fit(HyperParameters& hp, nn::Sequential& model, const Data& data, FitContext& context) override {
    CountingContext counting(context, replays);
    HyperModel::fit(hp, model, data, counting);
  }
};

TrainerOptions options(const std::string& where, const std::filesystem::path& checkpoints = {}) {
  TrainerOptions options;
  options.seed = 7;
  options.objective = Objective::parse("val_loss");
  options.device = where;
  options.checkpoints = checkpoints;
  return options;
}

Suggestion slot(int first, int last) {
  Suggestion suggestion;
  suggestion.slot.trial = 3;
  suggestion.slot.first_epoch = first;
  suggestion.slot.last_epoch = last;
  return suggestion;
}

TrialEnded train(const std::shared_ptr<Model>& model, const TrainerOptions& options, const Suggestion& what,
                 Recorder& into) {
  return TrialTrainer(model, options).train(what, into);
}

/// A sample more or less that is hit is no difference between two devices: there accuracies count for a
/// tenth.
double largest_difference(const Recorder& a, const Recorder& b, double of_accuracy = 1) {
  double worst = a.epochs.size() == b.epochs.size() && !a.epochs.empty() ? 0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.epochs.size(), b.epochs.size()); ++i) {
    for (std::size_t k = 0; k < a.epochs[i].metrics.size(); ++k) {
      const double x = a.epochs[i].metrics[k].value, y = b.epochs[i].metrics[k].value;
      const double weight = a.epochs[i].metrics[k].name.ends_with("accuracy") ? of_accuracy : 1;
      worst = std::max(worst, std::isfinite(x - y) ? weight * std::abs(x - y) : 1e9);
    }
  }
  return worst;
}

std::filesystem::path folder(const std::string& name) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gpu_checks_" + std::to_string(getpid())) / name;
  std::filesystem::create_directories(path);
  return path;
}

std::shared_ptr<Model> model_of(const std::string& name) {
  auto model = std::make_shared<Model>();
  model->its_case = check::cases().at(name);
  return model;
}

void same_as_on_the_cpu(const std::string& name, const std::shared_ptr<Model>& model, double tolerance) {
  attempt(name, [&] {
    Recorder here, there;
    const auto a = train(model, options("cpu"), slot(0, 2), here);
    const auto b = train(model, options(device), slot(0, 2), there);
    const double difference = largest_difference(here, there, 0.1);
    char text[200];
    std::snprintf(text, sizeof text, "metrics differ by at most %.2e%s%s", difference,
                  b.message.empty() ? "" : "; ", b.message.c_str());
    say(a.ending == Ending::reached && b.ending == Ending::reached && difference < tolerance,
        name + " as on the CPU", text);
  });
}

// In one go; in two slots by two trainers; and cut off in mid-epoch, then taken up: the same bits?
// cuDNN's own choice of algorithms may give others: only with --deterministic is it a promise.
void resumes(std::string name, const std::shared_ptr<Model>& model, bool deterministic) {
  const auto options = [deterministic](const std::string& where,
                                       const std::filesystem::path& checkpoints = {}) {
    TrainerOptions made = ::options(where, checkpoints);
    made.deterministic = deterministic;
    return made;
  };
  if (deterministic) name += " --deterministic";
  attempt(name + " resumed", [&] {
    Recorder whole, again, halves, cut;
    train(model, options(device), slot(0, 4), whole);
    train(model, options(device), slot(0, 4), again);
    say(largest_difference(whole, again) == 0, name + " twice: the same bits",
        std::to_string(largest_difference(whole, again)));
    const auto two = folder(name + "_halves");
    train(model, options(device, two), slot(0, 2), halves);
    train(model, options(device, two), slot(2, 4), halves);
    say(largest_difference(whole, halves) == 0, name + " in two slots: the same bits",
        std::to_string(largest_difference(whole, halves)));
    const auto one = folder(name + "_cut");
    int asked = 0;
    cut.say = [&] { return ++asked == 9 ? Order::interrupt : Order::go_on; };
    const auto stopped = train(model, options(device, one), slot(0, 4), cut);
    cut.say = [] { return Order::go_on; };
    const auto after = train(model, options(device, one), slot(0, 4), cut);
    // An epoch that was told before the cut is told again.
    std::vector<EpochReported> last;
    for (auto& epoch : cut.epochs) {
      while (!last.empty() && last.back().epoch >= epoch.epoch) last.pop_back();
      last.push_back(epoch);
    }
    cut.epochs = last;
    say(stopped.ending == Ending::interrupted && after.ending == Ending::reached &&
            largest_difference(whole, cut) == 0,
        name + " cut off in mid-epoch and resumed: the same bits",
        std::to_string(largest_difference(whole, cut)) + " " + after.message);
  });
}

struct Context : FitContext {
  at::Device where;
  std::unique_ptr<torch::optim::Optimizer> none;
  explicit Context(at::Device where) : where(where) {}
  TrialId trial() const override { return 3; }
  int execution() const override { return 0; }
  std::uint64_t seed() const override { return 7; }
  at::Device device() const override { return where; }
  int first_epoch() const override { return 0; }
  int last_epoch() const override { return 1; }
  torch::optim::Optimizer& optimizer() override { return *none; }
  bool cancelled() override { return false; }
  bool cancelled(std::int64_t, const Keep&) override { return false; }
  EpochPlace begin_epoch() override { return {}; }
  bool report(int, std::vector<Metric>) override { return true; }
};

void all(c10::Device where) {
  attempt("identify", [&] {
    const auto identity = identify(where);
    say(!where.is_cuda() || (!identity.name.empty() && identity.uuid.starts_with("GPU-")), "identify",
        identity.name + " " + identity.uuid);
    say(!where.is_cuda() || is_mixed(Precision::mixed, where), "knows bfloat16");
  });
  attempt("augmentation", [&] {
    const auto pictures = torch::rand({64, 3, 32, 32});
    const auto places = torch::arange(64);
    const Context here(at::kCPU), there(where);
    const auto a = Augmentation({}, 64, here, 1)(pictures, places);
    const auto b = Augmentation({}, 64, there, 1)(pictures.to(where), places.to(where)).cpu();
    say(torch::equal(a, b), "augmentation: the same bits as on the CPU");
    say(torch::equal(here.order(1000, 2), there.order(1000, 2).cpu()), "order: the same as on the CPU");
  });

  for (const char* kind : {"adam", "adamw", "sgd", "rmsprop"}) {
    auto model = model_of("mlp");
    model->how = {.kind = kind,
                  .learning_rate = 1e-3,
                  .momentum = 0.9,
                  .weight_decay = 1e-3,
                  .nesterov = kind == std::string("sgd")};
    same_as_on_the_cpu(std::string("mlp, ") + kind, model,
                       kind == std::string("rmsprop") || kind == std::string("adam") ? 3e-2 : 5e-3);
  }
  {
    auto model = model_of("mlp");
    model->how = {.clip_norm = 0.1, .schedule = {.kind = "cosine", .epochs = 4, .warmup = 1}};
    model->weighted = true;
    same_as_on_the_cpu("mlp with clip_norm, cosine schedule and class weights", model, 5e-3);
  }
  {
    auto model = model_of("iris");
    model->regression = true;
    same_as_on_the_cpu("regression with tanh", model, 2e-3);
  }
  same_as_on_the_cpu("cnn", model_of("cnn"), 2e-2);  // cuDNN's convolutions are TF32 unless told otherwise
  at::globalContext().setAllowTF32CuDNN(false);
  same_as_on_the_cpu("cnn without TF32", model_of("cnn"), 5e-3);
  at::globalContext().setAllowTF32CuDNN(true);
  {
    auto model = model_of("mlp");
    model->how_precise = Precision::mixed;
    same_as_on_the_cpu("mlp in bfloat16 on the device", model, 5e-2);
    model = model_of("cnn");
    model->how_precise = Precision::mixed;
    same_as_on_the_cpu("cnn in bfloat16 on the device", model, 8e-2);
  }
  resumes("mlp", model_of("mlp"), false);

  attempt("out of memory", [&] {
    if (!where.is_cuda()) return;
    auto model = model_of("mlp");
    TrialTrainer trainer(model, options(device));
    int steps = 0;
    model->before_loss = [&] {
      if (++steps == 3)
        torch::empty({std::int64_t{1} << 40}, torch::TensorOptions(torch::kFloat).device(where));
    };
    Recorder recorder;
    const auto ended = trainer.train(slot(0, 1), recorder);
    say(ended.ending == Ending::failed && ended.cause == Cause::out_of_device_memory &&
            trainer.broken().empty(),
        "out of device memory", ended.message);
    model->before_loss = {};
    say(trainer.train(slot(0, 1), recorder).ending == Ending::reached, "the next trial goes well");
  });
}

/// With its steps replayed and with each launched: the same, to the bit where the device repeats itself.
void replays(const std::string& name, const std::shared_ptr<Model>& model, double tolerance = 0,
             const std::string& which = "auto", bool deterministic = false) {
  attempt(name + " replayed", [&] {
    auto how = options(device);
    how.deterministic = deterministic;
    how.cuda_graphs = "off";
    Recorder launched, replayed;
    const auto a = train(model, how, slot(0, 6), launched);
    const int before = model->replays;
    how.cuda_graphs = which;
    const auto b = train(model, how, slot(0, 6), replayed);
    const int count = model->replays - before;
    const double difference = largest_difference(launched, replayed);
    char text[400];
    std::snprintf(text, sizeof text, "%d replays, metrics differ by at most %.2e %s", count, difference,
                  b.message.c_str());
    const bool replays = count > 60 || !at::Device(device).is_cuda();
    say(a.ending == Ending::reached && b.ending == Ending::reached && before == 0 && replays &&
            difference <= tolerance,
        name + ": replayed as launched", text);
  });
}

/// A step that can't be replayed is launched: the same, and the device is well afterwards.
void does_not_replay(const std::string& name, const std::function<void()>& in_each_step) {
  attempt(name, [&] {
    const auto model = model_of("dropout");
    auto how = options(device);
    how.cuda_graphs = "off";
    Recorder launched, given_up, next;
    train(model, how, slot(0, 6), launched);
    how.cuda_graphs = "on";
    model->before_loss = in_each_step;
    TrialTrainer trainer(model, how);
    const auto ended = trainer.train(slot(0, 6), given_up);
    model->before_loss = {};
    const int before = model->replays;
    const auto after = trainer.train(slot(0, 6), next);
    say(ended.ending == Ending::reached && before <= 1 && largest_difference(launched, given_up) == 0,
        name + ": launched", std::to_string(before) + " replays; " + ended.message);
    say(after.ending == Ending::reached && largest_difference(launched, next) == 0 &&
            (model->replays > 60 || !at::Device(device).is_cuda()),
        "the next trial is replayed", std::to_string(model->replays - before) + " replays " + after.message);
  });
}

/// A fused optimizer against LibTorch's own, and what it launches against its step, on the device itself.
void optimizers(c10::Device where) {
  namespace optim = torch::optim;
  using Parameters = std::vector<at::Tensor>;
  using Make = std::function<std::unique_ptr<optim::Optimizer>(Parameters)>;
  const auto of = [](auto fused, auto original, auto options) {
    using Fused = typename decltype(fused)::type;
    using Original = typename decltype(original)::type;
    return std::pair<Make, Make>{[=](Parameters p) { return std::make_unique<Fused>(p, options); },
                                 [=](Parameters p) { return std::make_unique<Original>(p, options); }};
  };
  const std::map<std::string, std::pair<Make, Make>> all = {
      {"adam", of(std::type_identity<FusedAdam>(), std::type_identity<optim::Adam>(),
                  optim::AdamOptions(0.01).weight_decay(0.1))},
      {"adamw", of(std::type_identity<FusedAdamW>(), std::type_identity<optim::AdamW>(),
                   optim::AdamWOptions(0.01).weight_decay(0.1))},
      {"sgd", of(std::type_identity<FusedSGD>(), std::type_identity<optim::SGD>(),
                 optim::SGDOptions(0.1).weight_decay(0.1))},
      {"nesterov", of(std::type_identity<FusedSGD>(), std::type_identity<optim::SGD>(),
                      optim::SGDOptions(0.1).momentum(0.9).nesterov(true))},
      {"rmsprop", of(std::type_identity<FusedRMSprop>(), std::type_identity<optim::RMSprop>(),
                     optim::RMSpropOptions(0.01).momentum(0.9))},
  };
  for (const auto& [name, make] : all) {
    attempt(name + " on the device", [&, &name = name, &make = make] {
      torch::manual_seed(1);
      Parameters begin = {torch::randn({300, 257}), torch::randn({1}), torch::randn({7, 3, 5, 5}),
                          torch::randn({200000})};
      const auto copies = [&] {
        Parameters copies;
        for (const auto& tensor : begin) copies.push_back(tensor.to(where).clone().set_requires_grad(true));
        return copies;
      };
      Parameters a = copies(), b = copies(), c = copies();
      const auto fused = make.first(a), original = make.second(b), launched = make.first(c);
      auto& replayable = dynamic_cast<ReplayableOptimizer&>(*launched);
      bool prepared = true;
      for (int step = 0; step < 5; ++step) {
        for (std::size_t i = 0; i < a.size(); ++i) {
          a[i].mutable_grad() = torch::randn_like(begin[i]).to(where);
          b[i].mutable_grad() = a[i].grad().clone();
          c[i].mutable_grad() = a[i].grad().clone();
        }
        fused->step();
        original->step();
        prepared = prepared && replayable.prepare();
        if (!prepared) continue;
        replayable.launch();
        replayable.count();
      }
      double worst = 0;
      bool same = prepared;
      for (std::size_t i = 0; i < a.size(); ++i) {
        worst = std::max(worst, (a[i] - b[i]).abs().max().item<double>());
        same = same && torch::equal(a[i], c[i]);
      }
      say(worst < 2e-5, name + ": fused as LibTorch's own", std::to_string(worst));
      say(same || where.is_cpu(), name + ": launched in pieces as stepped");
    });
  }
}

void graphs(c10::Device where) {
  optimizers(where);
  for (const char* kind : {"adam", "adamw", "sgd", "rmsprop"}) {
    auto model = model_of("mlp");
    model->how = {.kind = kind,
                  .learning_rate = 1e-3,
                  .momentum = 0.9,
                  .weight_decay = 1e-3,
                  .nesterov = kind == std::string("sgd")};
    replays(std::string("mlp, ") + kind, model);
  }
  auto model = model_of("mlp");
  model->how = {.clip_norm = 0.1, .schedule = {.kind = "cosine", .epochs = 6, .warmup = 1}};
  model->weighted = true;
  replays("mlp with clip_norm, cosine schedule and class weights", model);
  model = model_of("mlp");
  model->how_precise = Precision::mixed;
  replays("mlp in bfloat16", model);
  replays("dropout and batch norm", model_of("dropout"));
  model = model_of("dropout");
  model->noisy = true;
  replays("a step of one's own with noise", model, 0, "on");
  replays("cnn", model_of("cnn"), 5e-2);
  replays("cnn2 (dropout)", model_of("cnn2"), 0.3);  // two trainings differ by as much; see deterministic
  const auto on_device = torch::TensorOptions(torch::kFloat).device(where);
  does_not_replay("a step that waits for the device",
                  [on_device] { torch::ones({1}, on_device).item<float>(); });
  does_not_replay("a step that can't be recorded", [where] {
    if (where.is_cuda()) torch::cuda::synchronize(where.index());
  });
}

void deterministic() {
  resumes("mlp", model_of("mlp"), true);
  resumes("cnn", model_of("cnn"), true);
  resumes("cnn2 (dropout)", model_of("cnn2"), true);
  for (const char* name : {"dropout", "cnn", "cnn2"})
    replays(std::string(name) + " --deterministic", model_of(name), 0, "auto", true);
  for (const char* name : {"mlp", "cnn", "cnn2"}) {
    attempt(std::string("deterministic ") + name, [&] {
      auto how = options(device);
      how.deterministic = true;
      Recorder a, b;
      const auto model = model_of(name);
      const auto ended = train(model, how, slot(0, 2), a);
      train(model, how, slot(0, 2), b);
      say(ended.ending == Ending::reached && largest_difference(a, b) == 0,
          std::string("--deterministic ") + name, ended.message);
    });
  }
}

void assertion(c10::Device where) {
  auto model = model_of("mlp");
  TrialTrainer trainer(model, options(device));
  int steps = 0;
  model->before_loss = [&] {
    if (++steps != 3) return;
    const auto logits = torch::zeros({4, 10}, torch::TensorOptions(torch::kFloat).device(where));
    const auto y = torch::full({4}, 99, torch::TensorOptions(torch::kLong).device(where));
    torch::nn::functional::cross_entropy(logits, y);
  };
  Recorder recorder;
  const auto ended = trainer.train(slot(0, 1), recorder);
  say(ended.ending == Ending::failed && ended.cause == Cause::exception,
      "a device-side assertion is the trial's exception", ended.message);
  say(!where.is_cuda() || !trainer.broken().empty(), "and the trainer knows that its device is gone",
      trainer.broken());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  device = argv[1];
  const std::string what = argv[2];
  attempt("choosing a device", [&] {
    const auto where = choose_device(options(device)).device;
    if (what == "all") all(where);
    if (what == "graphs") graphs(where);
    if (what == "deterministic") deterministic();
    if (what == "assert") assertion(where);
  });
  std::printf("%d failed\n", failed);
  std::fflush(stdout);
  std::_Exit(failed);  // a broken context may hang while it is taken down
}
