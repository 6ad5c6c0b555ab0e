#include <chrono>
#include <thread>

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "sweep/hand_made.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

TEST_CASE("a cancel that comes together with the work is followed") {
  Loopback loopback(2);
  HandMade manager(loopback.rank(0), 1);
  manager.send(Begin{});
  manager.send(Suggestion{.slot = {.trial = 5, .last_epoch = 1000}, .hyperparameters = {{"x", 0.5}}});
  manager.send(Cancel{5, 0});
  std::jthread thread(
      [&] { run_worker(loopback.rank(1), {.make_trainer = [](const auto&) { return plain(1); }}); });
  const auto ended = [&] {
    while (true) {
      auto end = manager.await<TrialEnded>(1ms);
      if (end) return *end;
      manager.send(Acknowledged{64});
    }
  }();
  CHECK(ended.ending == Ending::cancelled);
  manager.send(Quit{});
}

TEST_CASE("a worker that cannot train is named also when the last one to answer was lost instead") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(4);
  HandMadeWorker good(loopback, 1), cannot_train(loopback, 2), mute(loopback, 3);
  Managed manager(loopback, {1, 2, 3}, oracle, {.silence_timeout = 300ms});
  good.join();
  cannot_train.send(CannotTrain{"no data here"});
  mute.beat();
  const auto suggestion = good.await<Suggestion>();
  REQUIRE(suggestion);
  CHECK(until([&] { return manager.events<WorkerLeft>().size() == 2; }, 1s));
  good.train(*suggestion);
  manager.end();
}

TEST_CASE("a worker that joins and can't be one of the sweep's gets no work, and its reason is told") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(3);
  HandMadeWorker good(loopback, 1), other(loopback, 2);
  ManagerHooks hooks = plain_hooks();
  hooks.refusal = [](const WorkerJoined& joined) {
    return std::string(joined.worker == 2 ? "it has other data" : "");
  };
  Managed manager(loopback, {1, 2}, oracle, {}, hooks);
  other.join();
  good.join();
  const auto suggestion = good.await<Suggestion>();
  REQUIRE(suggestion);
  REQUIRE(until([&] { return manager.events<WorkerLeft>().size() == 1; }));
  CHECK(manager.events<WorkerLeft>()[0].reason == "it has other data");
  CHECK(manager.events<WorkerJoined>().size() == 1);
  CHECK(!other.await<Suggestion>(50ms));
  good.train(*suggestion);
  CHECK(manager.end().end == SweepEnd::finished);
}

TEST_CASE("a sweep of which no worker can be one ends with the reason") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(2);
  HandMadeWorker other(loopback, 1);
  ManagerHooks hooks = plain_hooks();
  hooks.refusal = [](const WorkerJoined&) { return std::string("it has other data"); };
  Managed manager(loopback, {1}, oracle, {}, hooks);
  other.join();
  CHECK_THROWS_WITH(manager.end(), ContainsSubstring("it has other data"));
}

TEST_CASE("a stall in the middle of a round makes nobody lost") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(3);
  HandMadeWorker worker(loopback, 1), other(loopback, 2);
  ManagerHooks hooks = plain_hooks();
  hooks.record = [&](const Event& event) {
    const auto* joined = std::get_if<WorkerJoined>(&event);
    if (joined && joined->worker == 2) std::this_thread::sleep_for(2500ms);
  };
  worker.beat();
  worker.join();
  Managed manager(loopback, {1, 2}, oracle, {.silence_timeout = 1s}, hooks);
  const auto suggestion = worker.await<Suggestion>();
  REQUIRE(suggestion);
  worker.beat(*suggestion);
  other.join();
  std::this_thread::sleep_for(3s);
  REQUIRE(manager.events<WorkerLeft>().empty());
  worker.train(*suggestion);
  CHECK(manager.end().reason == "the plan is done");
  CHECK(manager.events<WorkerLeft>().empty());
}

TEST_CASE("the death of a worker that takes no more work is noticed, for MPI's end would wait for it") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(3);
  HandMadeWorker worker(loopback, 1), leaving(loopback, 2);
  Managed manager(loopback, {1, 2}, oracle, {.silence_timeout = 300ms});
  worker.join();
  const auto suggestion = worker.await<Suggestion>();
  REQUIRE(suggestion);
  leaving.join();
  leaving.beat();
  leaving.send(Leaving{{}});
  CHECK(until([&] { return manager.lost_ranks() == 1; }, 1s));
  worker.train(*suggestion);
  CHECK(manager.end().reason == "the plan is done");
  CHECK(manager.lost_ranks() == 1);
  CHECK(manager.events<WorkerLeft>().empty());
}
