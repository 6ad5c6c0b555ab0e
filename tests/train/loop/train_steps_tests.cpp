#include "train/device/random_state.hpp"
#include "train/device/step_graph.hpp"
#include "train/forwarding_context.hpp"
#include "train/optimizers/replayable.hpp"
#include "train/stopping.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// What the test's graph does, and what was asked of it.
struct GraphScript {
  bool waits = false, fails = false, draws_again = true;
  int asked = 0, records = 0, replays = 0;
  std::vector<bool> own_code = {};
};

/// A graph for the CPU: a replay runs the recorded step again. Its random numbers are new ones, as a GPU's
/// generator gives, or, as the host's does, those of the recording.
struct ScriptedGraph : StepGraph {
  explicit ScriptedGraph(GraphScript& script) : script(script) {}
  bool waits(const Step& run) override {
    run();
    return script.waits;
  }
  void record(const Step& its) override {
    ++script.records;
    if (script.fails) TORCH_CHECK(false, "operation not permitted when stream is capturing");
    recorded = its;
    drawn_from = random_state(at::kCPU);
  }
  void replay() override {
    ++script.replays;
    if (!script.draws_again) set_random_state(at::kCPU, drawn_from);
    recorded();
  }
  GraphScript& script;
  Step recorded;
  at::Tensor drawn_from;
};

/// The worker's context, with that graph.
struct WithGraph : ForwardingContext {
  WithGraph(FitContext& real, GraphScript& script) : ForwardingContext(real), script(script) {}
  std::unique_ptr<StepGraph> step_graph(bool own_code) override {
    ++script.asked;
    script.own_code.push_back(own_code);
    return std::make_unique<ScriptedGraph>(script);
  }
  GraphScript& script;
};

/// SGD that reads its rate from a tensor, with any LibTorch.
class TensorSgd : public torch::optim::SGD, public ReplayableOptimizer {
 public:
  using SGD::SGD;
  torch::Tensor step(LossClosure = nullptr) override {
    prepare();
    launch();
    count();
    return {};
  }
  bool prepare() override {
    numbers_.set_rate(0, options().lr(), at::kCPU);
    return true;
  }
  void launch() override {
    const torch::NoGradGuard no_gradients;
    for (auto& parameter : param_groups()[0].params()) {
      if (!parameter.grad().defined()) continue;
      parameter.sub_((parameter.grad() + options().weight_decay() * parameter) * numbers_.rate(0));
    }
  }
  void count() override { ++counted; }
  std::vector<at::Tensor> tensors() override { return {}; }
  std::vector<double> constants() override { return {options().weight_decay()}; }
  int counted = 0;

 private:
  const torch::optim::SGDOptions& options() {
    return static_cast<const torch::optim::SGDOptions&>(param_groups()[0].options());
  }
  StepNumbers numbers_;
};

/// 18 full steps and one of 6 samples an epoch; dropout and batch norm.
struct Replayed : HyperModel {
  GraphScript* script = nullptr;  ///< null: each step is launched
  Schedule schedule{.kind = "cosine", .epochs = 6, .warmup = 1};
  std::vector<at::Tensor> trained;

  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(4, 16), torch::nn::BatchNorm1d(16), torch::nn::ReLU(),
                                 torch::nn::Dropout(0.3), torch::nn::Linear(16, 3));
  }
  Data data(const DataOptions&) override { return Blobs().data({}); }
  int batch_size(HyperParameters&) override { return 8; }
  Optimizer optimizer(HyperParameters&) override {
    return {.kind = "sgd", .learning_rate = 0.05, .clip_norm = 1, .schedule = schedule};
  }
  std::unique_ptr<torch::optim::Optimizer> make_optimizer(HyperParameters&,
                                                          torch::nn::Sequential& model) override {
    return std::make_unique<TensorSgd>(model->parameters(), torch::optim::SGDOptions(0.05));
  }
  void fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data,
           FitContext& context) override {
    if (script) {
      WithGraph with(context, *script);
      HyperModel::fit(hp, model, data, with);
    } else {
      HyperModel::fit(hp, model, data, context);
    }
    trained.clear();
    for (const auto& tensor : model->parameters()) trained.push_back(tensor.detach().clone());
    for (const auto& tensor : model->buffers()) trained.push_back(tensor.detach().clone());
  }
};

/// Wherever the other tests train: the graph and the optimizer are for the CPU.
TrainerOptions on_the_cpu(const std::filesystem::path& checkpoints = {}) {
  TrainerOptions its = options(checkpoints);
  its.device = "cpu";
  return its;
}

struct Outcome {
  std::vector<EpochReported> epochs;
  std::vector<at::Tensor> trained;
  std::string message;
};

template <class ItsJob>
Outcome outcome(GraphScript* script, int epochs = 6) {
  const auto job = std::make_shared<ItsJob>();
  job->script = script;
  Recorder recorder;
  const auto ended = train(job, on_the_cpu(), slot(0, epochs), recorder);
  CHECK(ended.ending == Ending::reached);
  return {recorder.epochs, job->trained, ended.message};
}

void check_same(const Outcome& a, const Outcome& b) {
  CHECK(same_metrics(a.epochs, b.epochs));
  CHECK(same_bits(a.trained, b.trained));
}

/// Shifts its samples by what the host's generator says.
struct DrawsOnTheHost : Replayed {
  StepResult training_step(torch::nn::Sequential& model, const torch::Tensor& x,
                           const torch::Tensor& y) override {
    return HyperModel::training_step(model, x + torch::rand({1}).item<float>(), y);
  }
};

/// Its second half of the epochs learns with decay, of one layer alone.
struct ChangesBetweenEpochs : Replayed {
  torch::nn::Sequential build(HyperParameters& hp) override { return built = Replayed::build(hp); }
  void on_epoch_end(FitContext& context, int epoch, const std::vector<Metric>&) override {
    if (epoch == 3) {
      auto& options = context.optimizer().param_groups()[0].options();
      static_cast<torch::optim::SGDOptions&>(options).weight_decay(0.1);
    }
    if (epoch == 4) built->parameters()[0].set_requires_grad(false);
  }
  torch::nn::Sequential built{nullptr};
};

struct OwnLoss : Replayed {
  torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
    return HyperModel::compute_loss(output, y) * 2;
  }
};

struct OwnModule : Replayed {
  struct Doubles : torch::nn::Module {
    torch::Tensor forward(const torch::Tensor& x) { return x * 2; }
  };
  torch::nn::Sequential build(HyperParameters& hp) override {
    auto model = Replayed::build(hp);
    model->push_back(std::make_shared<Doubles>());
    return model;
  }
};

}  // namespace

TEST_CASE("A training with replayed steps is the training") {
  GraphScript script;
  const Outcome replayed = outcome<Replayed>(&script);
  check_same(replayed, outcome<Replayed>(nullptr));
  CHECK(script.own_code == std::vector{false});
  CHECK(script.records == 1);
  // Of 6 x 18, one showed what the steps are, two warmed up, and one was recorded: with it, its trial.
  CHECK(script.replays == 6 * 18 - 4 + 1);
  CHECK(replayed.message.empty());
}

TEST_CASE("A training with replayed steps is cut off and goes on at the very step") {
  const Outcome whole = outcome<Replayed>(nullptr);
  for (const int question : {1, 3, 4, 5, 12, 40}) {
    CAPTURE(question);
    GraphScript script;
    const TemporaryFolder folder;
    const auto job = std::make_shared<Replayed>();
    job->script = &script;
    StopAt stop(question);
    CHECK(train(job, on_the_cpu(folder.path()), slot(0, 6), stop).ending == Ending::interrupted);
    Recorder rest;
    CHECK(train(job, on_the_cpu(folder.path()), slot(0, 6), rest).ending == Ending::reached);
    CHECK(same_metrics(rest.epochs, whole.epochs));
    CHECK(same_bits(job->trained, whole.trained));
    CHECK(script.replays > 0);
  }
}

TEST_CASE("Few steps are not worth a recording") {
  GraphScript script;
  outcome<Replayed>(&script, 3);
  CHECK(script.asked == 0);
}

TEST_CASE("A step that can't be recorded is launched each time, and the trial says why") {
  const Outcome launched = outcome<Replayed>(nullptr);
  GraphScript waits{.waits = true}, fails{.fails = true};
  const Outcome waiting = outcome<Replayed>(&waits), failing = outcome<Replayed>(&fails);
  check_same(waiting, launched);
  check_same(failing, launched);
  CHECK(waits.records == 0);
  CHECK(fails.replays == 0);
  CHECK_THAT(waiting.message, ContainsSubstring("the host waits for the device"));
  CHECK_THAT(failing.message, ContainsSubstring("not permitted when stream is capturing"));
}

TEST_CASE("A step whose replay would not be the step is launched each time") {
  GraphScript script{.draws_again = false};
  const Outcome replayed = outcome<DrawsOnTheHost>(&script);
  check_same(replayed, outcome<DrawsOnTheHost>(nullptr));
  CHECK(script.own_code == std::vector{true});
  CHECK(script.replays == 1);
  CHECK_THAT(replayed.message, ContainsSubstring("it does something on the host"));
}

TEST_CASE("What is changed between epochs is recorded anew") {
  GraphScript script;
  check_same(outcome<ChangesBetweenEpochs>(&script), outcome<ChangesBetweenEpochs>(nullptr));
  CHECK(script.records == 3);
}

TEST_CASE("A loss or a module of the job's own is known as its own, and tried in each epoch") {
  for (int i = 0; i < 2; ++i) {
    GraphScript script;
    if (i == 0) {
      check_same(outcome<OwnLoss>(&script), outcome<OwnLoss>(nullptr));
    } else {
      check_same(outcome<OwnModule>(&script), outcome<OwnModule>(nullptr));
    }
    CHECK(script.own_code == std::vector{true});
    CHECK(script.records == 6);
  }
}
