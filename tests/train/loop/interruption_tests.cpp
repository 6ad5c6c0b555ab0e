#include <chrono>
#include <thread>

#include "train/stopping.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// A way to train, and what it gives when nobody disturbs it.
template <class Model>
struct Undisturbed {
  Undisturbed(Optimizer how, int patience, Suggestion suggestion)
      : how(how), patience(patience), suggestion(std::move(suggestion)) {
    const TemporaryFolder folder;
    auto model = make();
    StopAt never(1'000'000);
    ended = train(model, with(folder), this->suggestion, never);
    epochs = never.epochs;
    questions = never.asked;
    steps = model->steps;
    for (int e = 0; e < this->suggestion.executions; ++e) {
      disk.push_back(left_on_disk(*model, folder.path(), e));
    }
  }

  std::shared_ptr<Model> make() const {
    auto model = std::make_shared<Model>();
    model->how = how;
    return model;
  }
  TrainerOptions with(const TemporaryFolder& folder) const {
    auto with = options(folder.path());
    with.patience = patience;
    with.cuda_graphs = "off";  // the steps are counted on the host
    return with;
  }

  /// A worker for each of these questions, at which it is told to stop, and one that trains to the end:
  /// together they train what one alone did, no step twice.
  void check_stopped_at(const std::vector<int>& questions) const {
    CAPTURE(questions);
    const TemporaryFolder folder;
    int steps = 0;
    for (const int question : questions) {
      auto model = make();
      int when_told = -1;
      StopAt stop(question);
      stop.say = [&, say = stop.say] {
        const Order order = say();
        if (order == Order::interrupt) when_told = model->steps;
        return order;
      };
      torch::manual_seed(static_cast<std::uint64_t>(question));  // another process
      const auto ended = train(model, with(folder), suggestion, stop);
      REQUIRE(ended.ending == Ending::interrupted);
      REQUIRE(ended.cause == Cause::none);
      REQUIRE(ended.message == "");
      REQUIRE(model->steps == when_told);
      steps += model->steps;
    }
    auto model = make();
    Recorder recorder;
    const auto ended = train(model, with(folder), suggestion, recorder);
    REQUIRE(ended.ending == this->ended.ending);
    REQUIRE(ended.message == this->ended.message);
    REQUIRE(same_metrics(recorder.epochs, epochs));
    REQUIRE(steps + model->steps == this->steps);
    for (std::size_t e = 0; e < disk.size(); ++e) {
      REQUIRE(same_bits(left_on_disk(*model, folder.path(), static_cast<int>(e)), disk[e]));
    }
  }

  Optimizer how;
  int patience;
  Suggestion suggestion;
  TrialEnded ended;
  std::vector<EpochReported> epochs;
  int questions = 0;
  int steps = 0;
  std::vector<std::vector<at::Tensor>> disk;  ///< by execution
};

const Optimizer adam{.kind = "adam", .learning_rate = 0.02, .weight_decay = 0.01};
const Optimizer momentum{.kind = "sgd", .learning_rate = 0.05, .momentum = 0.9};

}  // namespace

TEST_CASE("A training that is interrupted at any step goes on as if nothing had happened") {
  const Undisturbed<Interruptible> whole(GENERATE(adam, momentum), 0, slot(0, 3));
  REQUIRE(whole.ended.ending == Ending::reached);
  REQUIRE(whole.questions == 3 * (5 + 3) + 2);  // each batch of both sets, and between the epochs
  for (int question = 0; question < whole.questions; ++question) whole.check_stopped_at({question});
}

TEST_CASE("A training that is interrupted twice in a row goes on as if nothing had happened") {
  const Undisturbed<Interruptible> whole(adam, 0, slot(0, 3));
  for (int question = 0; question < whole.questions - 3; question += 3) {
    whole.check_stopped_at({question, 0});
    whole.check_stopped_at({question, 2, 0, 1});
  }
}

TEST_CASE("An interrupted training stops early at the same epoch, with the same best weights") {
  const Undisturbed<Interruptible> whole({.kind = "adam", .learning_rate = 0.3}, 1, slot(0, 20));
  REQUIRE(whole.ended.ending == Ending::early_stopped);
  REQUIRE(whole.epochs.size() >= 3);
  for (int question = 0; question < whole.questions; ++question) whole.check_stopped_at({question});
}

TEST_CASE("A trial of two executions is interrupted in either, and begins the second after a resume") {
  const Undisturbed<Interruptible> whole(momentum, 0, slot(0, 2, 2));
  REQUIRE(whole.questions == 2 * (2 * (5 + 3) + 1));
  for (int question = 0; question < whole.questions; ++question) whole.check_stopped_at({question});
  whole.check_stopped_at({3, 20, 4});
}

TEST_CASE("Executions that have stopped early and ones that have not are interrupted alike") {
  const Undisturbed<Interruptible> whole({.kind = "adam", .learning_rate = 0.3}, 1, slot(0, 4, 2));
  for (int question = 0; question < whole.questions - 1; question += 4) whole.check_stopped_at({question, 0});
}

TEST_CASE("An interruption in a later slot of a trial") {
  const TemporaryFolder folder;
  Recorder whole, parts;
  train(std::make_shared<Interruptible>(), options(), slot(0, 6), whole);
  train(std::make_shared<Interruptible>(), options(folder.path()), slot(0, 2), parts);
  StopAt stop(13);
  CHECK(train(std::make_shared<Interruptible>(), options(folder.path()), slot(2, 6), stop).ending ==
        Ending::interrupted);
  CHECK(stop.numbers() == std::vector{3});
  CHECK(saved_at(folder.path()) == std::pair{3, 4});
  CHECK(train(std::make_shared<Interruptible>(), options(folder.path()), slot(2, 6), parts).ending ==
        Ending::reached);
  CHECK(same_metrics(parts.epochs, whole.epochs));
}

namespace {

/// Half of its layer's steps pass it by, and 1.13's optimizers move it then too: by momentum.
struct SometimesImpl : torch::nn::Module {
  torch::nn::Linear layer = register_module("layer", torch::nn::Linear(16, 16));
  torch::Tensor forward(const torch::Tensor& x) {
    return is_training() && torch::rand({1}).item<float>() < 0.5 ? x : layer->forward(x);
  }
};
TORCH_MODULE(Sometimes);

struct Skipping : Interruptible {
  torch::nn::Sequential build(HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(4, 16), Sometimes(), torch::nn::ReLU(),
                                 torch::nn::Linear(16, 3));
  }
};

}  // namespace

TEST_CASE("A model that does not use all of its layers in each step is interrupted") {
  const Undisturbed<Skipping> whole(adam, 0, slot(0, 3));
  for (int question = 0; question < whole.questions; ++question) whole.check_stopped_at({question});
}

TEST_CASE("A cancelled trial is cancelled, though it could be interrupted") {
  const TemporaryFolder folder;
  for (const int question :
       {0, 3, 6, 8}) {  // before the first step, within, at the validation, after an epoch
    StopAt stop(question, Order::cancel);
    const auto ended = train(std::make_shared<Interruptible>(), options(folder.path()), slot(0, 3), stop);
    CHECK(ended.ending == Ending::cancelled);
    CHECK(stop.asked == question + 1);
    CHECK(saved_at(folder.path()) == std::pair{-1, -1});
  }
}

TEST_CASE("Without a folder for checkpoints an interruption ends the training all the same") {
  StopAt stop(3);
  CHECK(train(std::make_shared<Interruptible>(), options(), slot(0, 3), stop).ending == Ending::interrupted);
}

TEST_CASE("An interrupted epoch's time is that of its training, before and after") {
  struct Slow : Blobs {
    torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      return Blobs::compute_loss(output, y);
    }
  };
  const TemporaryFolder folder;
  const auto model = std::make_shared<Slow>();
  const auto seconds_now = [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  StopAt stop(3);
  const double began = seconds_now();
  train(model, options(folder.path()), slot(0, 2), stop);
  const double stopped = seconds_now();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  Recorder recorder;
  train(model, options(folder.path()), slot(0, 2), recorder);
  REQUIRE(recorder.numbers() == std::vector{1, 2});
  CHECK(recorder.epochs[0].started >= began);
  CHECK(recorder.epochs[0].started < stopped);
  CHECK(recorder.epochs[0].seconds >= 0.06);  // three steps and three
  CHECK(recorder.epochs[0].seconds + recorder.epochs[1].seconds < seconds_now() - began - 0.1);
}
