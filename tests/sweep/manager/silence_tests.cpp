// Workers that fall silent, and some that come back; and silences that mean nothing.
#include <chrono>
#include <thread>

#include "catch.hpp"
#include "sibyl/error.hpp"
#include "sweep/hand_made.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

const ManagerOptions impatient{.silence_timeout = 500ms};

/// Two workers with a trial each; the first one has fallen silent and was given up for dead, the second one
/// is still at its trial.
struct OneLost {
  Oracle oracle = full_budget(3, 3);
  Loopback loopback{3};
  HandMadeWorker silent{loopback, 1}, steady{loopback, 2};
  Managed manager{loopback, {1, 2}, oracle, impatient};
  Suggestion lost, held;

  OneLost() {
    silent.join();
    lost = silent.await<Suggestion>().value();
    silent.report(lost, 1);
    silent.beat(lost);
    steady.join();
    held = steady.await<Suggestion>().value();
    const auto given_up = [&] { return !manager.events<WorkerLeft>().empty(); };
    if (!until(given_up)) throw Error("nobody was lost");
  }
};

}  // namespace

TEST_CASE("the trial of a worker that falls silent goes to another one; its late reports change nothing") {
  OneLost it;
  CHECK(it.manager.lost_ranks() == 1);
  const auto left = it.manager.events<WorkerLeft>();
  REQUIRE(left.size() == 1);
  CHECK(left[0].worker == 1);
  CHECK_THAT(left[0].reason, ContainsSubstring("nothing was heard of it"));

  it.steady.train(it.held);
  const auto taken_over = it.steady.await<Suggestion>();
  REQUIRE(taken_over);
  CHECK(taken_over->slot == it.lost.slot);
  CHECK(taken_over->attempt == 1);

  it.silent.report(it.lost, 2, 0.001);
  HyperparametersFound found;
  found.hyperparameters = {{"late", FloatRange{0, 1}, 0.5, {}}};
  it.silent.send(Event(found));
  it.silent.end(it.lost);  // and it is free
  const auto last = it.silent.await<Suggestion>();
  REQUIRE(last);
  CHECK(last->slot.trial == 2);
  it.silent.train(*last);
  it.steady.train(*taken_over);
  CHECK(it.manager.end().reason == "the plan is done");
  REQUIRE(it.oracle.trials().size() == 3);
  CHECK(it.oracle.trials()[0].status == TrialStatus::completed);
  CHECK(it.oracle.trials()[0].score == 1);
  CHECK(it.oracle.trials()[0].lost == 1);
  CHECK(it.manager.events<EpochReported>().size() == 9);
  CHECK(it.manager.events<HyperparametersFound>().empty());
  CHECK(it.manager.events<TrialEnded>().size() == 4);
}

TEST_CASE("a worker that comes back is told that its trial is not its own any more, and gets work again") {
  OneLost it;
  it.silent.beat(it.lost);
  const auto cancel = it.silent.await<Cancel>();
  REQUIRE(cancel);
  CHECK(cancel->trial == it.lost.slot.trial);
  CHECK(cancel->attempt == it.lost.attempt);
  const auto joined = it.manager.events<WorkerJoined>();
  REQUIRE(joined.size() == 3);
  CHECK(joined.back().worker == 1);
  CHECK(joined.back().host == "host of 1");
  CHECK_FALSE(it.silent.await<Suggestion>(50ms));  // it may still be at the old one

  it.silent.end(it.lost, Ending::cancelled);
  const auto again = it.silent.await<Suggestion>();
  REQUIRE(again);
  CHECK(again->slot == it.lost.slot);
  CHECK(again->attempt == 1);
  it.silent.report(it.lost, 2, 0.001);  // of the old attempt, from its present owner
  it.silent.train(*again);
  it.steady.train(it.held);
  const auto last = it.silent.await<Suggestion>();
  REQUIRE(last);
  it.silent.train(*last);
  CHECK(it.manager.end().reason == "the plan is done");
  CHECK(it.oracle.trials()[0].score == 1);
}

TEST_CASE("a worker that comes back without work gets some at once") {
  OneLost it;
  it.silent.beat();
  const auto again = it.silent.await<Suggestion>();
  REQUIRE(again);
  CHECK(again->slot == it.lost.slot);
  CHECK_FALSE(it.silent.await<Cancel>(50ms));
  it.silent.train(*again);
  it.steady.train(it.held);
  const auto last = it.silent.await<Suggestion>();
  REQUIRE(last);
  it.silent.train(*last);
  CHECK(it.manager.end().reason == "the plan is done");
}

TEST_CASE("when the last worker falls silent, the sweep is given up") {
  Oracle oracle = full_budget(3, 3);
  Loopback loopback(2);
  HandMadeWorker worker(loopback, 1);
  Managed manager(loopback, {1}, oracle, impatient);
  worker.join();
  REQUIRE(worker.await<Suggestion>());
  worker.beat();
  const SearchOver end = manager.end();
  CHECK(end.end == SweepEnd::given_up);
  CHECK_THAT(end.reason,
             ContainsSubstring("no worker is left; the last one, worker 1: nothing was heard of it"));
  CHECK(oracle.requeued().size() == 1);
}

TEST_CASE("a worker that sends no heartbeats may be silent for as long as it likes") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(2);
  HandMadeWorker worker(loopback, 1);
  Managed manager(loopback, {1}, oracle, impatient);
  worker.join();
  const auto suggestion = worker.await<Suggestion>();
  REQUIRE(suggestion);
  std::this_thread::sleep_for(1s);
  worker.train(*suggestion);
  CHECK(manager.end().reason == "the plan is done");
  CHECK(manager.events<WorkerLeft>().empty());
}

TEST_CASE("a stall of the manager makes nobody lost") {
  Oracle oracle = full_budget(1, 3);
  Loopback loopback(2);
  HandMadeWorker worker(loopback, 1);
  bool stalled = false;
  ManagerHooks hooks = plain_hooks();
  hooks.commit = [&] {
    if (!std::exchange(stalled, true)) std::this_thread::sleep_for(2500ms);
  };
  worker.beat();
  worker.join();  // the commit of this one stalls, and the worker has nothing to say meanwhile
  Managed manager(loopback, {1}, oracle, {.silence_timeout = 1s}, hooks);
  const auto suggestion = worker.await<Suggestion>();
  REQUIRE(suggestion);
  std::this_thread::sleep_for(100ms);  // for rounds in which it could be found lost
  worker.train(*suggestion);
  CHECK(manager.end().reason == "the plan is done");
  CHECK(manager.events<WorkerLeft>().empty());
  CHECK(manager.lost_ranks() == 0);
}

TEST_CASE("workers are told after how long a trial hangs, when they join and when it changes much") {
  Oracle oracle = full_budget(1, 200);
  Loopback loopback(2);
  HandMadeWorker worker(loopback, 1);
  SECTION("by the user") {
    Managed manager(loopback, {1}, oracle, {.trial_timeout = 7});
    worker.join();
    const auto limit = worker.await<StepLimit>();
    REQUIRE(limit);
    CHECK(limit->seconds == 7);
    const auto suggestion = worker.await<Suggestion>();
    REQUIRE(suggestion);
    worker.train(*suggestion);
    manager.end();
  }
  SECTION("by the epochs") {
    Managed manager(loopback, {1}, oracle);
    worker.join();
    const auto suggestion = worker.await<Suggestion>();
    REQUIRE(suggestion);
    worker.report(*suggestion, 1, 1, 100);
    const auto limit = worker.await<StepLimit>();
    REQUIRE(limit);
    CHECK(limit->seconds == 1000);
    worker.end(*suggestion);
    manager.end();
  }
}

TEST_CASE("whoever quits is told whether to wait for the others") {
  Loopback loopback(3);
  for (const bool at_once : {false, true}) {
    {
      const Dismissal dismissal(loopback.rank(0), {1, 2}, [&] { return at_once; });
    }
    for (const int rank : {1, 2}) {
      const WorkerEnd end = run_worker(loopback.rank(rank), {.rank = rank, .make_trainer = {}});
      CHECK(end == (at_once ? WorkerEnd::at_once : WorkerEnd::quit));
    }
  }
}
