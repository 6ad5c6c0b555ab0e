#include "core/schedulers/virtual_clock.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "catch.hpp"
#include "core/codec.hpp"
#include "core/oracle/simulation.hpp"
#include "core/oracle/taken_order.hpp"
#include "core/orders.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/registry.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

SearchSpace line() {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return space;
}

struct Sort {
  std::string name;
  SchedulerSettings settings;
};

std::vector<Sort> sorts(int width) {
  SchedulerSettings asha{.max_trials = 60, .max_epochs = 27, .width = width};
  SchedulerSettings brackets = asha;
  brackets.brackets = 3;
  SchedulerSettings median = asha;
  median.median_stopping = true;
  median.median_interval = 4;
  median.median_warmup = 1;
  return {{"asha", asha}, {"asha", brackets}, {"full", median}, {"asha", median}};
}

Oracle make(const Sort& sort, SearchSpace space = line()) {
  return Oracle(space, {.objective = loss, .max_trials = sort.settings.max_trials},
                std::make_unique<RandomSampler>(space, 7), make_scheduler(sort.name, sort.settings, {loss}));
}

SimulatedTraining training(std::uint64_t order, double failures) {
  SimulatedTraining training;
  training.seconds = [=](TrialId trial, int epoch) {
    return std::exp(RandomStream(order, trial, "speed").normal()) *
           (0.5 + RandomStream(order, trial, epoch).uniform());
  };
  training.score = [](TrialId trial, int epoch) {
    return RandomStream(9, trial).uniform() + RandomStream(9, trial, epoch).uniform() / epoch;
  };
  training.fails = [=](TrialId trial, int epoch) {
    return RandomStream(5, trial, epoch).uniform() < failures;
  };
  return training;
}

using Row = std::tuple<TrialId, int, int, int, double>;
/// In the order in which they were made.
std::vector<Row> rows(const SimulatedSweep& sweep) {
  std::vector<Row> rows;
  for (const RungResult& each : sweep.decisions)
    rows.emplace_back(each.slot.trial, each.slot.bracket, each.slot.rung, static_cast<int>(each.decision),
                      std::isnan(each.score) ? -1 : each.score);
  return rows;
}

}  // namespace

TEST_CASE("law 1 where decisions depend on the order of results: the same in any order of arrival") {
  for (const int width : {1, 5, 24})
    for (const Sort& sort : sorts(width))
      for (const double failures : {0.0, 0.05, 0.2}) {
        INFO(sort.name << ", width " << width << ", failures " << failures);
        Oracle alone = make(sort);
        const auto expected = rows(simulate(alone, 1, training(1, failures)));
        REQUIRE(alone.trials().size() == 60);
        for (const int workers : {2, 7, 64, 1024})
          for (std::uint64_t order = 1; order <= orders(); ++order) {
            Oracle many = make(sort);
            const SimulatedSweep sweep = simulate(many, workers, training(order, failures));
            REQUIRE(rows(sweep) == expected);
            REQUIRE(sweep.end.reason == "the plan is done");
            REQUIRE(many.best() == alone.best());
            REQUIRE(many.epochs() == alone.epochs());
          }
      }
}

TEST_CASE("another width is another sweep, where decisions depend on the order of results") {
  const Sort narrow = sorts(2)[0], wide = sorts(20)[0];
  Oracle one = make(narrow), other = make(wide);
  CHECK(rows(simulate(one, 4, training(1, 0))) != rows(simulate(other, 4, training(1, 0))));
}

TEST_CASE("in virtual time, workers of equal speed wait for nothing but the end") {
  for (const Sort& sort : sorts(8)) {
    Oracle in_order = make(sort);
    SimulatedTraining equal = training(1, 0);
    equal.seconds = [](TrialId, int) { return 1.0; };
    const SimulatedSweep sweep = simulate(in_order, 8, equal);
    Sort by_arrival = sort;
    by_arrival.settings.by_arrival = true;
    Oracle as_they_come = make(by_arrival);
    const SimulatedSweep free = simulate(as_they_come, 8, equal);
    // Real time is virtual time then, but for who is first of several at the same time.
    CHECK(std::abs(sweep.busy_share(8) - free.busy_share(8)) < 0.03);
  }
}

TEST_CASE("law 2 in virtual time: events told again bring back the same state, at any point") {
  for (const Sort& sort : sorts(6)) {
    Oracle oracle = make(sort);
    std::vector<Event> journal;
    const SimulatedTraining trained = training(2, 0.1);
    std::vector<Suggestion> running;
    RandomStream random(4);
    const auto tell = [&](const Event& event) {
      oracle.tell(event);
      journal.push_back(event);
    };
    for (int step = 0; step < 4000; ++step) {
      const Decision decision = oracle.ask();
      if (step % 7 == 0) {
        Oracle again = make(sort);
        for (const Event& each : journal) again.tell(each);
        // A resume of the same sweep adds nothing, wherever it stands.
        again.tell(SweepResumed{1, "", sort.settings.max_trials, 1});
        const Decision same = again.ask();
        REQUIRE(decision.index() == same.index());
        if (const auto* suggestion = std::get_if<Suggestion>(&decision))
          REQUIRE(suggestion->slot == std::get<Suggestion>(same).slot);
      }
      const auto* suggestion = std::get_if<Suggestion>(&decision);
      if (suggestion && running.size() < 4) {
        running.push_back(*suggestion);
        tell(TrialStarted{1, 1, *suggestion});
        continue;
      }
      if (running.empty()) {
        REQUIRE(std::holds_alternative<SearchOver>(decision));
        return;
      }
      const auto which = static_cast<std::ptrdiff_t>(random.below(running.size()));
      const Suggestion done = running[static_cast<std::size_t>(which)];
      running.erase(running.begin() + which);
      const Slot& slot = done.slot;
      const bool fails = trained.fails(slot.trial, slot.last_epoch);
      tell(EpochReported{slot.trial,
                         done.attempt,
                         0,
                         slot.last_epoch,
                         0,
                         0,
                         1,
                         {{"loss", trained.score(slot.trial, slot.last_epoch)}}});
      tell(TrialEnded{2, slot.trial, done.attempt, 1, fails ? Ending::failed : Ending::reached,
                      fails ? Cause::exception : Cause::none, "", 1});
    }
    FAIL("it did not come to its end");
  }
}

TEST_CASE("a space that is used up ends a sweep in virtual time, the same on any number of workers") {
  SearchSpace small;
  small.add({"x", IntRange{1, 20}, std::int64_t{1}, {}});
  for (const Sort& sort : sorts(9)) {
    Oracle alone = make(sort, small);
    const auto expected = rows(simulate(alone, 1, training(1, 0.1)));
    CHECK(alone.trials().size() == 20);
    for (const int workers : {3, 64}) {
      Oracle many = make(sort, small);
      const SimulatedSweep sweep = simulate(many, workers, training(2, 0.1));
      CHECK(rows(sweep) == expected);
      CHECK(sweep.end.reason == "the search space is used up");
    }
  }
}
