// Workers that can't train, fail, or throw: what becomes of their trials, and of the sweep.
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "sweep/sweeping.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// Who left, and why.
struct Left {
  std::map<int, std::string> reasons;
  ManagerHooks hooks() {
    ManagerHooks hooks = plain_hooks();
    hooks.learned = [this](const Event& event, const Consequences&) {
      if (const auto* left = std::get_if<WorkerLeft>(&event))
        reasons[left->worker] += left->reason;  // a second one would show
    };
    return hooks;
  }
};

std::unique_ptr<Trainer> slow(int) {
  return std::make_unique<TestTrainer>([](const Suggestion&, int, Reporter&) {
    std::this_thread::sleep_for(1ms);
    return 1.0;
  });
}

std::unique_ptr<Trainer> cannot_train(const std::function<bool(const Suggestion&)>& when) {
  return std::make_unique<TestTrainer>([when](const Suggestion& suggestion, int, Reporter&) {
    std::this_thread::sleep_for(1ms);
    if (when(suggestion)) throw WorkerCannotTrain("the device is gone");
    return 1.0;
  });
}

int count(const Oracle& oracle, TrialStatus status) {
  int count = 0;
  for (const Trial& trial : oracle.trials()) count += trial.status == status;
  return count;
}

}  // namespace

TEST_CASE("a worker that can't train is left out, and named once all have answered") {
  Oracle oracle = hyperband(9);
  Left left;
  const auto trainer = [](int worker) {
    if (worker == 2) throw Error("no data here");
    return slow(worker);
  };
  sweep(oracle, 3, trainer, left.hooks());
  CHECK(oracle.trials().size() == 17);
  CHECK(left.reasons == std::map<int, std::string>{{2, "no data here"}});
}

TEST_CASE("when no worker can train, the sweep ends with the reason") {
  Oracle oracle = hyperband(9);
  const auto trainer = [](int) -> std::unique_ptr<Trainer> { throw Error("no data anywhere"); };
  CHECK_THROWS_WITH(sweep(oracle, 3, trainer), "no data anywhere");
  CHECK(oracle.trials().empty());
}

TEST_CASE("whatever else a trainer throws costs the trial alone") {
  Oracle oracle = full_budget(30, 2);
  Left left;
  const auto trainer = [](int) {
    return std::make_unique<TestTrainer>([](const Suggestion& suggestion, int, Reporter&) {
      if (suggestion.slot.trial % 3 == 0) throw std::runtime_error("a small problem");
      if (suggestion.slot.trial % 3 == 1) throw 42;
      return 1.0;
    });
  };
  // One worker: with another to compare with it might be blamed for a row of them.
  CHECK(sweep(oracle, 1, trainer, left.hooks()).reason == "the plan is done");
  CHECK(left.reasons.empty());
  CHECK(count(oracle, TrialStatus::failed) == 20);
  CHECK(count(oracle, TrialStatus::completed) == 10);
  CHECK(oracle.trials()[0].cause == Cause::exception);
  CHECK(oracle.trials()[0].said().message == "a small problem");
  CHECK(oracle.trials()[1].said().message == "the job threw something that is no std::exception");
}

TEST_CASE("a trainer that cannot train loses its worker; its trial goes to another one") {
  Oracle oracle = full_budget(6, 2);
  std::atomic<int> thrown = 0;
  Left left;
  const auto trainer = [&](int worker) {
    return cannot_train([&, worker](const Suggestion&) { return worker == 1 && ++thrown == 1; });
  };
  CHECK(sweep(oracle, 2, trainer, left.hooks()).reason == "the plan is done");
  CHECK(left.reasons == std::map<int, std::string>{{1, "the device is gone"}});
  CHECK(count(oracle, TrialStatus::completed) == 6);
  int lost = 0;
  for (const Trial& trial : oracle.trials()) lost += trial.lost;
  CHECK(lost == 1);
}

TEST_CASE("a trial that three workers were lost with is given up, and the others go on") {
  Oracle oracle = full_budget(6, 2);
  const auto trainer = [](int) {
    return cannot_train([](const Suggestion& suggestion) { return suggestion.slot.trial == 0; });
  };
  Left left;
  CHECK(sweep(oracle, 4, trainer, left.hooks()).reason == "the plan is done");
  CHECK(left.reasons.size() == 3);
  CHECK(count(oracle, TrialStatus::completed) == 5);
  const Trial& trial = oracle.trials()[0];
  CHECK(trial.status == TrialStatus::failed);
  CHECK(trial.cause == Cause::worker_lost);
  CHECK_THAT(trial.said().message, ContainsSubstring("3 workers were lost with it; the last: worker ") &&
                                       ContainsSubstring(": the device is gone"));
}

TEST_CASE("a sweep that has no worker left is given up, and says so; its trial goes on some other time") {
  Oracle oracle = full_budget(6, 2);
  const auto trainer = [](int) { return cannot_train([](const Suggestion&) { return true; }); };
  Left left;
  const SearchOver end = sweep(oracle, 1, trainer, left.hooks());
  CHECK(end.end == SweepEnd::given_up);
  CHECK(end.reason == "no worker is left; the last one, worker 1: the device is gone");
  CHECK(oracle.running().empty());
  CHECK(oracle.requeued().size() == 1);

  CHECK(sweep(oracle, 1, plain).end == SweepEnd::finished);
  CHECK(count(oracle, TrialStatus::completed) == 6);
}

TEST_CASE("a worker that fails whatever it is given is taken out of service; the others finish the sweep") {
  Oracle oracle = full_budget(100, 2);
  Left left;
  const auto trainer = [](int worker) -> std::unique_ptr<Trainer> {
    if (worker == 2) return std::make_unique<FailingTrainer>(Cause::exception);
    return slow(worker);
  };
  CHECK(sweep(oracle, 3, trainer, left.hooks()).reason == "the plan is done");
  REQUIRE(left.reasons.size() == 1);
  CHECK_THAT(left.reasons.at(2),
             ContainsSubstring("taken out of service: ") && ContainsSubstring("; the last: always"));
  CHECK(count(oracle, TrialStatus::failed) < 40);
  CHECK(count(oracle, TrialStatus::completed) + count(oracle, TrialStatus::failed) == 100);
}

TEST_CASE("when the devices of all workers are lost again and again, the sweep is given up") {
  Oracle oracle = full_budget(100, 2);
  Left left;
  const auto trainer = [](int) { return std::make_unique<FailingTrainer>(Cause::device_lost); };
  const SearchOver end = sweep(oracle, 2, trainer, left.hooks());
  CHECK(end.end == SweepEnd::given_up);
  CHECK_THAT(end.reason, ContainsSubstring("no worker is left; the last one, worker ") &&
                             ContainsSubstring("the device was lost 3 times in a row; the last: always"));
  CHECK(left.reasons.size() == 2);
  CHECK(oracle.trials().size() == 6);
}
