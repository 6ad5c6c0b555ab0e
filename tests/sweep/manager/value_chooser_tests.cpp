// Values that take long to choose: the manager goes on meanwhile.
#include "sweep/manager/value_chooser.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>

#include "catch.hpp"
#include "core/oracle/planned_order.hpp"
#include "core/oracle/simulation.hpp"
#include "sweep/hand_made.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// What a test says of a sampler's choices, and sees of them.
struct Script {
  std::atomic<int> begun = 0;
  std::atomic<bool> may_end = false;
  std::atomic<bool> fails = false;
  std::function<void(TrialId)> work = [this](TrialId) {
    ++begun;
    until([this] { return may_end.load(); }, 60s);
    if (fails) throw std::runtime_error("no model fits");
  };
};

/// Its first three trials' values depend on nothing; others' on each of the results that it was told, and
/// they take as long as the test says.
class Slow : public Sampler {
 public:
  explicit Slow(const Script& script) : script_(script) {}
  Sample sample(TrialId trial) const override {
    if (learns(trial)) script_.work(trial);
    return {{{"x", RandomStream(learns(trial) ? told_ : 0, trial).uniform()}}, {"slow"}};
  }
  bool learns(TrialId trial) const override { return trial >= 3; }
  void started(TrialId, const Values&) override {}
  void observed(const Observation& observation) override {
    told_ = RandomStream::key(told_, observation.slot.trial, std::int64_t{observation.slot.last_epoch});
  }

 private:
  const Script& script_;
  std::uint64_t told_ = 0;
};

/// Under Hyperband up to so many epochs; 0: each trial has two.
Oracle slow(const Script& script, int hyperband = 0) {
  const auto scheduler = [&]() -> std::unique_ptr<Scheduler> {
    if (hyperband > 0) return std::make_unique<Hyperband>(HyperbandOptions{hyperband, 3, 1}, loss);
    return std::make_unique<FullBudget>(5, 2, loss);
  };
  return Oracle(line(), {loss}, std::make_unique<Slow>(script), scheduler(),
                std::make_unique<PlannedOrder>(PlannedResults(scheduler(), 3)));
}

/// A sweep whose trial 3 is being chosen, by trial 0, while its trials 1 and 2 are on workers 2 and 3.
struct Choosing {
  explicit Choosing(int hyperband = 0)
      : oracle(slow(script, hyperband)), managed(loopback, {1, 2, 3, 4}, oracle) {
    for (HandMadeWorker* each : {&first, &second, &third}) {
      each->join();
      given.push_back(each->await<Suggestion>().value());
    }
    first.train(given[0]);
    REQUIRE(until([this] { return script.begun == 1; }));
  }
  ~Choosing() { script.may_end = true; }

  Script script;
  Loopback loopback{5};
  Oracle oracle;
  Managed managed;
  HandMadeWorker first{loopback, 1}, second{loopback, 2}, third{loopback, 3}, fourth{loopback, 4};
  std::vector<Suggestion> given;
};

std::vector<Values> values(const Oracle& oracle) {
  std::vector<Values> values;
  for (const Trial& trial : oracle.trials()) values.push_back(trial.hyperparameters);
  return values;
}

}  // namespace

TEST_CASE("while values are chosen, heartbeats are answered and what comes in is committed") {
  Choosing sweep;
  sweep.third.beat(sweep.given[0]);  // not its own
  CHECK(sweep.third.await<Cancel>());
  CHECK(sweep.first.await<Heartbeat>());
  sweep.second.report(sweep.given[1], 1);
  CHECK(sweep.second.await<Acknowledged>());
  sweep.second.report(sweep.given[1], 2);
  sweep.second.end(sweep.given[1]);
  sweep.fourth.join();
  CHECK(until([&] {
    return sweep.managed.events<TrialEnded>().size() == 2 && sweep.managed.events<WorkerJoined>().size() == 4;
  }));
  CHECK(sweep.managed.events<TrialStarted>().size() == 3);
  CHECK(sweep.script.begun == 1);
  sweep.script.may_end = true;
  const Suggestion chosen = sweep.first.await<Suggestion>().value();
  CHECK(chosen.slot.trial == 3);
  Oracle other = slow(sweep.script);
  simulate(other, 1, {});
  CHECK(chosen.hyperparameters == other.trials()[3].hyperparameters);  // what came in meanwhile is no matter
  sweep.third.train(sweep.given[2]);
  sweep.first.train(chosen);
  sweep.second.train(sweep.second.await<Suggestion>().value());
  CHECK(sweep.managed.end().reason == "the plan is done");
}

TEST_CASE("while values are chosen, a trial that can go on does") {
  Choosing sweep(3);
  sweep.second.train(sweep.given[1]);
  sweep.third.train(sweep.given[2]);
  const Suggestion promoted = sweep.first.await<Suggestion>().value();
  CHECK(promoted.slot.rung == 1);
  CHECK(sweep.script.begun == 1);
  sweep.script.may_end = true;
  const Suggestion chosen = sweep.second.await<Suggestion>().value();
  CHECK(chosen.slot.trial == 3);
  sweep.third.train(sweep.third.await<Suggestion>().value());
  sweep.second.train(chosen);
  sweep.first.train(promoted);
  CHECK(sweep.managed.end().reason == "the plan is done");
}

TEST_CASE("a sweep is stopped while values are chosen, without waiting for them") {
  for (const bool hurries : {true, false}) {
    std::atomic<bool> hurried = false;
    Script held;
    Oracle oracle = slow(held);
    ValueChooser chooser(oracle, [&] {
      hurried = true;
      if (hurries) held.may_end = true;
    });
    Loopback loopback(2);
    ManagerOptions options;
    options.chooser = &chooser;
    Managed managed(loopback, {1}, oracle, options);
    HandMadeWorker worker(loopback, 1);
    worker.join();
    for (int trial = 0; trial < 3; ++trial) worker.train(worker.await<Suggestion>().value());
    REQUIRE(until([&] { return held.begun == 1; }));
    managed.stop();
    CHECK(worker.await<Stop>());
    CHECK(managed.end().end == SweepEnd::stopped);
    CHECK(chooser.at_work());
    CHECK(chooser.give_up(hurries ? 10s : 0s) == hurries);
    CHECK(hurried);
    held.may_end = true;
  }
}

TEST_CASE("what choosing throws ends the sweep") {
  Choosing sweep;
  sweep.script.fails = true;
  sweep.script.may_end = true;
  CHECK_THROWS_WITH(sweep.managed.end(), "no model fits");
}

TEST_CASE("values are the same however long it takes to choose them") {
  for (const int hyperband : {0, 9}) {
    Script quick;
    quick.work = [](TrialId) {};
    Oracle expected = slow(quick, hyperband);
    simulate(expected, 1, {});
    for (const int workers : {1, 3, 8}) {
      Script some;
      some.work = [](TrialId trial) { std::this_thread::sleep_for(trial % 3 * 7ms); };
      Oracle oracle = slow(some, hyperband);
      sweep(oracle, workers, [](int) {
        return std::make_unique<TestTrainer>([](const Suggestion& suggestion, int, Reporter&) {
          std::this_thread::sleep_for(suggestion.slot.trial % 4 * 3ms);
          return 0.0;
        });
      });
      CHECK(values(oracle) == values(expected));
    }
  }
}
