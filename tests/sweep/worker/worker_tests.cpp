// A worker, whose manager is in the test's hands.
#include "sweep/worker/worker.hpp"

#include <chrono>
#include <thread>

#include "catch.hpp"
#include "sweep/hand_made.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// A worker with heartbeats, whose trials make steps until they are told to end.
struct Working {
  Loopback loopback{2};
  HandMade manager{loopback.rank(0), 1};
  std::atomic<double> step_limit = 0;
  std::jthread thread{[this] {
    const auto trainer = [this](const auto&) {
      return std::make_unique<TestTrainer>([this](const Suggestion&, int, Reporter& reporter) {
        while (reporter.order() == Order::go_on) {
          step_limit = reporter.step_limit();
          std::this_thread::sleep_for(1ms);
        }
        return 1.0;
      });
    };
    run_worker(loopback.rank(1), {.make_trainer = trainer, .heartbeats = true});
  }};
  ~Working() { manager.send(Quit{}); }
};

Suggestion suggestion(TrialId trial, int attempt) {
  return {.slot = {.trial = trial, .last_epoch = 1000}, .hyperparameters = {}, .attempt = attempt};
}

}  // namespace

TEST_CASE("a worker says every second what it is at, and ends it when told to") {
  Working worker;
  CHECK_FALSE(worker.manager.await<Heartbeat>(20ms));  // not before it is asked to begin
  worker.manager.send(Begin{});
  auto heartbeat = worker.manager.await<Heartbeat>();
  REQUIRE(heartbeat);
  CHECK(heartbeat->trial == -1);
  REQUIRE(worker.manager.await<WorkerJoined>());

  worker.manager.send(suggestion(5, 2));
  while (heartbeat && heartbeat->trial < 0) heartbeat = worker.manager.await<Heartbeat>();
  REQUIRE(heartbeat);
  CHECK(heartbeat->trial == 5);
  CHECK(heartbeat->attempt == 2);

  worker.manager.send(Cancel{5, 1});
  worker.manager.send(Cancel{4, 2});
  CHECK_FALSE(worker.manager.await<TrialEnded>(50ms));
  worker.manager.send(Cancel{5, 2});
  const auto ended = worker.manager.await<TrialEnded>();
  REQUIRE(ended);
  CHECK(ended->ending == Ending::cancelled);
  CHECK(ended->trial == 5);
  CHECK(ended->attempt == 2);
  heartbeat = worker.manager.await<Heartbeat>();
  REQUIRE(heartbeat);
  CHECK(heartbeat->trial == -1);
}

TEST_CASE("work that comes while there is other work is done after it") {
  Working worker;
  worker.manager.send(Begin{});
  worker.manager.send(suggestion(1, 0));
  worker.manager.send(suggestion(2, 0));
  REQUIRE(worker.manager.await<WorkerJoined>());
  std::this_thread::sleep_for(20ms);
  for (const TrialId trial : {1, 2}) {
    for (std::optional<TrialEnded> ended; !ended;) {
      worker.manager.send(Cancel{trial, 0});
      ended = worker.manager.await<TrialEnded>(20ms);
      if (ended) CHECK(ended->trial == trial);
    }
  }
}

TEST_CASE("a trainer learns after how long a trial hangs, also when that changes") {
  Working worker;
  worker.manager.send(Begin{});
  worker.manager.send(suggestion(1, 0));
  CHECK(until([&] { return worker.step_limit == std::numeric_limits<double>::infinity(); }));
  for (const double seconds : {70.0, 90.0}) {
    worker.manager.send(StepLimit{seconds});
    CHECK(until([&] { return worker.step_limit == seconds; }));
  }
}

TEST_CASE("the making of a trainer is told when there is no need any more") {
  Loopback loopback(2);
  HandMade manager(loopback.rank(0), 1);
  std::jthread thread([&] {
    const auto trainer = [](const std::function<bool()>& go_on) -> std::unique_ptr<Trainer> {
      while (go_on()) std::this_thread::sleep_for(1ms);
      throw std::runtime_error("told to stop");
    };
    run_worker(loopback.rank(1), {.make_trainer = trainer, .heartbeats = true});
  });
  manager.send(Begin{});
  CHECK(manager.await<Heartbeat>());  // meanwhile too
  manager.send(Quit{});
}
