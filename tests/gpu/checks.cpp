// Does Sibyl's training do on a GPU what it does on the CPU? Prints a line a check; exit code: how many
// failed.
//
//     gpu_checks cuda all|optimizers|graphs|deterministic|assert       (cpu in place of cuda tries the
//     program itself)
#include "checking.hpp"
#include "sibyl/data/augment.hpp"
#include "sibyl/training/precision.hpp"
#include "train/device/device.hpp"

using namespace sibyl;
using namespace check;

namespace {

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
    if (what == "optimizers") optimizers(where);
    if (what == "graphs") graphs(where);
    if (what == "deterministic") deterministic();
    if (what == "assert") assertion(where);
  });
  std::printf("%d failed\n", failed);
  std::fflush(stdout);
  std::_Exit(failed);  // a broken context may hang while it is taken down
}
