#include "train/stopping.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// A loop by hand, as fit_context.hpp shows it first: it can begin with an epoch only.
struct ByEpoch : Interruptible {
  void fit(HyperParameters&, torch::nn::Sequential& model, const Data& data, FitContext& context) override {
    for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
      const auto order = context.order(data.train.size(), epoch);
      double loss = 0;
      for (std::int64_t step = 0; step < 5; ++step) {
        if (context.cancelled()) return;
        loss += train_step(*model, data, order, step, context).item<double>();
      }
      if (!context.report(epoch, {{"val_loss", loss}})) return;
    }
  }
  torch::Tensor train_step(torch::nn::SequentialImpl& model, const Data& data, const torch::Tensor& order,
                           std::int64_t step, FitContext& context) {
    model.train();
    const auto places = order.narrow(0, 30 * step, 30);
    context.optimizer().zero_grad();
    auto loss = compute_loss(model.forward(data.train.x.index_select(0, places)),
                             data.train.y.index_select(0, places));
    loss.backward();
    context.optimizer().step();
    return loss.detach();
  }
};

/// The second one: it can begin at any step.
struct ByStep : ByEpoch {
  void fit(HyperParameters&, torch::nn::Sequential& model, const Data& data, FitContext& context) override {
    torch::Tensor sum = torch::zeros({}, context.device());
    for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
      const EpochPlace place = context.begin_epoch();
      if (place.kept.empty()) {
        sum.zero_();
      } else {
        sum.copy_(place.kept[0]);
      }
      const auto order = context.order(data.train.size(), epoch);
      for (std::int64_t step = place.step; step < 5; ++step) {
        if (context.cancelled(step, [&] { return std::vector{sum}; })) return;
        sum += train_step(*model, data, order, step, context);
      }
      if (!context.report(epoch, {{"val_loss", sum.item<double>()}})) return;
    }
  }
};

/// Where the checkpoint stands at each question; `options` say when it is made.
std::vector<std::pair<int, int>> watched(TrainerOptions options, const std::shared_ptr<Blobs>& model,
                                         int epochs) {
  const TemporaryFolder folder;
  options.checkpoints = folder.path();
  std::vector<std::pair<int, int>> places;
  Recorder recorder;
  recorder.say = [&] {
    places.push_back(saved_at(folder.path()));
    return Order::go_on;
  };
  CHECK(train(model, options, slot(0, epochs), recorder).ending == Ending::reached);
  CHECK(saved_at(folder.path()) == std::pair{epochs, -1});
  return places;
}

constexpr std::pair nothing{-1, -1};

}  // namespace

TEST_CASE("An interrupted loop by hand goes on from its latest checkpoint between two epochs") {
  Recorder whole;
  train(std::make_shared<ByEpoch>(), options(), slot(0, 4), whole);
  const int checkpoint_epochs = GENERATE(0, 1, 2);
  for (int question = 0; question < 4 * 6 - 1; ++question) {
    CAPTURE(checkpoint_epochs, question);
    const TemporaryFolder folder;
    auto with = options(folder.path());
    with.checkpoint_epochs = checkpoint_epochs;
    StopAt stop(question);
    const auto model = std::make_shared<ByEpoch>();
    REQUIRE(train(model, with, slot(0, 4), stop).ending == Ending::interrupted);
    const int done = static_cast<int>(stop.epochs.size());
    const bool between = question % 6 == 5;
    REQUIRE(model->steps == question - question / 6);
    int saved = checkpoint_epochs == 0 ? 0 : done - done % checkpoint_epochs;
    if (between) saved = done;
    REQUIRE(saved_at(folder.path()) == (saved == 0 ? nothing : std::pair{saved, -1}));
    Recorder rest;
    REQUIRE(train(model, with, slot(0, 4), rest).ending == Ending::reached);
    REQUIRE(same_metrics(rest.epochs, whole.epochs));
  }
}

TEST_CASE("An interrupted loop by hand that asks where to begin goes on at the very step") {
  Recorder whole;
  train(std::make_shared<ByStep>(), options(), slot(0, 3), whole);
  for (int question = 0; question < 3 * 6 - 1; ++question) {
    CAPTURE(question);
    const TemporaryFolder folder;
    StopAt stop(question);
    const auto model = std::make_shared<ByStep>();
    REQUIRE(train(model, options(folder.path()), slot(0, 3), stop).ending == Ending::interrupted);
    Recorder rest;
    REQUIRE(train(model, options(folder.path()), slot(0, 3), rest).ending == Ending::reached);
    REQUIRE(same_metrics(rest.epochs, whole.epochs));
    REQUIRE(model->steps == 15);
  }
}

TEST_CASE("A checkpoint within an epoch is not taken for the epoch's begin by a loop that does not ask") {
  const TemporaryFolder folder;
  StopAt stop(2);
  train(std::make_shared<ByStep>(), options(folder.path()), slot(0, 3), stop);
  Recorder recorder;
  const auto ended = train(std::make_shared<ByEpoch>(), options(folder.path()), slot(0, 3), recorder);
  CHECK(ended.ending == Ending::failed);
  CHECK_THAT(ended.message,
             ContainsSubstring("was made within epoch 1, but fit() has not asked begin_epoch()"));
  CHECK(recorder.epochs.empty());
}

TEST_CASE("Without seconds and epochs a slot is saved at its end only") {
  auto with = options();
  with.checkpoint_seconds = 0;
  for (const auto& place : watched(with, std::make_shared<Blobs>(), 3)) CHECK(place == nothing);
}

TEST_CASE("A checkpoint is made after each so many epochs") {
  auto with = options();
  with.checkpoint_epochs = 2;
  const auto places = watched(with, std::make_shared<Blobs>(), 5);
  REQUIRE(places.size() == 5 * 7 - 1);
  for (std::size_t question = 0; question < places.size(); ++question) {
    const int epochs = static_cast<int>(question / 14) * 2;  // six steps and one between two epochs
    CHECK(places[question] == (epochs == 0 ? nothing : std::pair{epochs, -1}));
  }
}

TEST_CASE("A checkpoint is made within an epoch when the seconds are over, at every step if need be") {
  auto with = options();
  with.checkpoint_seconds = 1e-9;
  with.checkpoint_epochs = 1000;  // asked for: let it take all the time
  const auto places = watched(with, std::make_shared<Blobs>(), 2);
  REQUIRE(places.size() == 2 * 7 - 1);
  CHECK(places[0] == nothing);
  for (int question = 1; question < 7; ++question) {
    CHECK(places[static_cast<std::size_t>(question)] == std::pair{0, question - 1});
  }
  CHECK(places[7] == std::pair{1, -1});
  CHECK(places[8] == std::pair{1, 0});
}

TEST_CASE("A loop by hand is saved between two epochs when the seconds are over") {
  auto with = options();
  with.checkpoint_seconds = 1e-9;
  with.checkpoint_epochs = 1000;
  const auto places = watched(with, std::make_shared<ByEpoch>(), 3);
  REQUIRE(places.size() == 3 * 6 - 1);
  CHECK(places[5] == nothing);
  CHECK(places[6] == std::pair{1, -1});
  CHECK(places[11] == std::pair{1, -1});
  CHECK(places[12] == std::pair{2, -1});
}

TEST_CASE("A worker that dies at any step has lost one step when it saves at every step") {
  Recorder whole;
  auto reference = std::make_shared<Blobs>();
  train(reference, options(), slot(0, 2), whole);
  for (int question = 1; question < 2 * 7 - 1; ++question) {
    CAPTURE(question);
    const TemporaryFolder folder;
    auto with = options(folder.path());
    with.checkpoint_seconds = 1e-9;
    with.checkpoint_epochs = 1000;
    auto model = std::make_shared<Blobs>();
    Recorder dies, rest;
    int asked = 0;
    dies.say = [&] {
      if (asked++ == question) throw std::runtime_error("dead");
      return Order::go_on;
    };
    REQUIRE_THROWS_WITH(train(model, with, slot(0, 2), dies), "dead");
    REQUIRE(train(model, with, slot(0, 2), rest).ending == Ending::reached);
    REQUIRE(same_metrics(rest.epochs, whole.epochs));
    REQUIRE(model->steps <= reference->steps + 1);
  }
}

TEST_CASE("A negative distance of checkpoints is refused") {
  auto with = options();
  SECTION("seconds") {
    with.checkpoint_seconds = -1;
  }
  SECTION("epochs") {
    with.checkpoint_epochs = -1;
  }
  CHECK_THROWS_AS(TrialTrainer(std::make_shared<Blobs>(), with), UsageError);
}
