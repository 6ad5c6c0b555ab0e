#include <limits>
#include <new>

#include "train/support.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

TrainerOptions patient(int patience, const std::filesystem::path& checkpoints = {}) {
  auto patient = options(checkpoints);
  patient.patience = patience;
  return patient;
}

/// Of the trial's checkpoint.
struct Kept {
  TrainingProgress progress;
  float weight = 0;  ///< any of the model's: the script fills them with the epoch
};

Kept kept_by(Scripted& model, const std::filesystem::path& folder) {
  HyperParameters hp;
  auto weights = model.build(hp);
  auto optimizer = Optimizer{}.make(weights->parameters());
  std::vector<at::Tensor> best, average;
  std::string note;
  auto checkpoint =
      Checkpoint::read(checkpoint_path(folder, 3, 0),
                       {.seed = 7, .trial = 3, .execution = 0, .hyperparameters = {}}, at::kCPU, note);
  REQUIRE(checkpoint);
  checkpoint->restore(
      {.model = *weights, .optimizer = *optimizer, .device = at::kCPU, .best = best, .average = average});
  return {checkpoint->progress(), weights->parameters()[0][0][0].item<float>()};
}

}  // namespace

TEST_CASE("A trial that trains reports every epoch with Keras's names and reaches its rung") {
  Recorder recorder;
  auto suggestion = slot(0, 2);
  suggestion.attempt = 4;
  const auto ended = train(std::make_shared<Blobs>(), options(), suggestion, recorder);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.cause == Cause::none);
  CHECK(ended.message == "");
  CHECK(ended.trial == 3);
  CHECK(ended.attempt == 4);
  CHECK(ended.seconds > 0);
  REQUIRE(recorder.numbers() == std::vector{1, 2});
  const auto& report = recorder.epochs[1];
  CHECK(report.trial == 3);
  CHECK(report.attempt == 4);
  CHECK(report.execution == 0);
  CHECK(report.started >= recorder.epochs[0].started + recorder.epochs[0].seconds);
  REQUIRE(report.metrics.size() == 5);
  CHECK(report.metrics[0].name == "loss");
  CHECK(report.metrics[1].name == "accuracy");
  CHECK(report.metrics[2].name == "val_loss");
  CHECK(report.metrics[3].name == "val_accuracy");
  CHECK(report.metrics[4].name == "learning_rate");
}

TEST_CASE("Training learns") {
  auto model = std::make_shared<Blobs>();
  model->how = {.kind = "adam", .learning_rate = 0.02};
  Recorder recorder;
  train(model, options(), slot(0, 10), recorder);
  CHECK(value_of(recorder.epochs.back().metrics, "val_loss") <
        0.8 * value_of(recorder.epochs.front().metrics, "val_loss"));
}

TEST_CASE("A trial without improvement stops early, says why, and keeps the weights of its best epoch") {
  const TemporaryFolder folder;
  auto model = std::make_shared<Scripted>();
  model->script = val_losses({0.9, 0.5, 0.6, 0.5, 0.7, 0.1});
  Recorder recorder;
  const auto ended = train(model, patient(3, folder.path()), slot(0, 6), recorder);
  CHECK(ended.ending == Ending::early_stopped);
  CHECK(ended.message == "val_loss has not improved for 3 epochs");
  CHECK(recorder.numbers() == std::vector{1, 2, 3, 4, 5});

  const Kept kept = kept_by(*model, folder.path());
  CHECK(kept.progress.stopped);
  CHECK(kept.progress.early_stopping.best_epoch == 2);
  CHECK(kept.weight == 2);
}

TEST_CASE("Early stopping may go by another metric than the objective, and not from the start") {
  const TemporaryFolder folder;
  auto model = std::make_shared<Scripted>();
  const std::vector<double> accuracies{0.9, 0.5, 0.7, 0.6, 0.6, 0.6};
  model->script = [&](int, int epoch) {
    return std::vector<Metric>{{"val_loss", 1.0 / epoch},
                               {"val_accuracy", accuracies.at(static_cast<std::size_t>(epoch) - 1)}};
  };
  auto with = patient(2, folder.path());
  with.monitor = {.metric = "val_accuracy", .direction = Direction::maximize};
  with.start_from_epoch = 1;
  Recorder recorder;
  const auto ended = train(model, with, slot(0, 6), recorder);
  CHECK(ended.ending == Ending::early_stopped);
  CHECK(ended.message == "val_accuracy has not improved for 2 epochs");
  CHECK(recorder.numbers() == std::vector{1, 2, 3, 4, 5});
  CHECK(kept_by(*model, folder.path()).weight == 3);  // not the first epoch, and not the objective's best
}

TEST_CASE("A metric that early stopping goes by, but no epoch has, fails the trial") {
  auto model = std::make_shared<Scripted>();
  model->script = val_losses({0.9, 0.5});
  auto with = patient(2);
  with.monitor = {.metric = "val_acc", .direction = Direction::maximize};
  Recorder recorder;
  CHECK_THAT(train(model, with, slot(0, 2), recorder).message,
             ContainsSubstring("What early stopping goes by is val_acc") && ContainsSubstring("--monitor"));
}

TEST_CASE("Patience counts on in the next slot") {
  const TemporaryFolder folder;
  auto model = std::make_shared<Scripted>();
  model->script = val_losses({0.5, 0.6, 0.6, 0.6, 0.6, 0.6});
  Recorder recorder;
  CHECK(train(model, patient(3, folder.path()), slot(0, 3), recorder).ending == Ending::reached);
  CHECK(train(model, patient(3, folder.path()), slot(3, 6), recorder).ending == Ending::early_stopped);
  CHECK(recorder.numbers() == std::vector{1, 2, 3, 4});
}

TEST_CASE("An execution that has stopped early is not trained in the next slot, and reports nothing twice") {
  const TemporaryFolder folder;
  auto model = std::make_shared<Scripted>();
  model->script = [](int execution, int epoch) {
    return std::vector<Metric>{{"val_loss", execution == 0 ? 1.0 : 1.0 / epoch}};
  };
  Recorder recorder;
  auto ended = train(model, patient(1, folder.path()), slot(0, 3, 2), recorder);
  CHECK(ended.ending == Ending::reached);  // only one of two has stopped
  CHECK(recorder.numbers() == std::vector{1, 2, 1, 2, 3});
  recorder = {};
  ended = train(model, patient(1, folder.path()), slot(3, 5, 2), recorder);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.message == "");
  CHECK(recorder.numbers() == std::vector{4, 5});
}

TEST_CASE("A trial stops early when all of its executions do") {
  auto model = std::make_shared<Scripted>();
  model->script = [](int execution, int epoch) {
    return std::vector<Metric>{{"val_loss", 1.0 / std::min(epoch, execution + 1)}};
  };
  Recorder recorder;
  const auto ended = train(model, patient(2), slot(0, 9, 2), recorder);
  CHECK(ended.ending == Ending::early_stopped);
  CHECK(recorder.numbers() == std::vector{1, 2, 3, 1, 2, 3, 4});
}

TEST_CASE("Executions have streams of their own, and fail together") {
  SECTION("other numbers") {
    Recorder recorder;
    CHECK(train(std::make_shared<Blobs>(), options(), slot(0, 1, 3), recorder).ending == Ending::reached);
    REQUIRE(recorder.epochs.size() == 3);
    for (int e = 0; e < 3; ++e) CHECK(recorder.epochs[static_cast<std::size_t>(e)].execution == e);
    CHECK((recorder.epochs[0].metrics != recorder.epochs[1].metrics));
    CHECK((recorder.epochs[1].metrics != recorder.epochs[2].metrics));
  }
  SECTION("one fails") {
    auto model = std::make_shared<Scripted>();
    model->script = [](int execution, int) {
      return std::vector<Metric>{{"val_loss", execution == 1 ? not_a_number : 0.5}};
    };
    Recorder recorder;
    const auto ended = train(model, options(), slot(0, 2, 3), recorder);
    CHECK(ended.ending == Ending::failed);
    CHECK(model->fitted == std::vector<std::pair<int, int>>{{0, 1}, {0, 2}, {1, 1}});
  }
}
