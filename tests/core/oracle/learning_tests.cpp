// The same sweep on any number of workers also where values are chosen by results.
#include <cmath>
#include <optional>
#include <tuple>

#include "catch.hpp"
#include "core/oracle/planned_order.hpp"
#include "core/oracle/rememberer.hpp"
#include "core/oracle/simulation.hpp"
#include "core/samplers/random.hpp"
#include "core/samplers/registry.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

using namespace sibyl;

namespace {

SearchSpace mixed() {
  SearchSpace space = line();
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{16}, {}});
  space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.0, {{"optimizer", {std::string("sgd")}}}});
  return space;
}

std::unique_ptr<Scheduler> scheduler(bool hyperband, int extent) {
  if (hyperband) return std::make_unique<Hyperband>(HyperbandOptions{27, 3, extent}, loss);
  return std::make_unique<FullBudget>(40 * extent, 5, loss);
}

std::unique_ptr<ResultOrder> planned(std::unique_ptr<Scheduler> scheduler, int width) {
  return std::make_unique<PlannedOrder>(PlannedResults(std::move(scheduler), width));
}

Oracle make(bool hyperband, int width, std::int64_t max_trials = 0, int extent = 2) {
  OracleOptions options{loss};
  options.max_trials = max_trials;
  return Oracle(line(), options, std::make_unique<Rememberer>(), scheduler(hyperband, extent),
                planned(scheduler(hyperband, extent), width));
}

}  // namespace

TEST_CASE("law 1 where values are chosen by results, of a width of its own") {
  for (const bool hyperband : {false, true})
    for (const double failures : {0.0, 0.05, 0.3})
      for (const int width : {1, 3, 20}) {
        INFO((hyperband ? "hyperband" : "full") << ", width " << width << ", failures " << failures);
        Oracle reference = make(hyperband, width);
        simulate(reference, 1, training(reference, 1, failures));
        const auto expected = values(reference);
        REQUIRE(expected.size() == (hyperband ? 98 : 80));
        for (const int workers : {2, 3, 16, 1000})
          for (const std::uint64_t order : {1, 2, 3}) {
            Oracle oracle = make(hyperband, width);
            const SimulatedSweep sweep = simulate(oracle, workers, training(oracle, order, failures));
            REQUIRE(sweep.end.reason == "the plan is done");
            REQUIRE(values(oracle) == expected);
            REQUIRE(oracle.best() == reference.best());
          }
      }
}

TEST_CASE("another width is another sweep") {
  for (const bool hyperband : {false, true}) {
    Oracle narrow = make(hyperband, 2), wide = make(hyperband, 3);
    simulate(narrow, 4, training(narrow, 1, 0));
    simulate(wide, 4, training(wide, 1, 0));
    CHECK(values(narrow) != values(wide));
  }
}

TEST_CASE(
    "a trial that chooses by results waits for those that its plan knows, one that doesn't waits for none") {
  Oracle oracle = make(false, 5);
  for (TrialId trial = 0; trial < 5; ++trial)
    oracle.tell(TrialStarted{1, 1, std::get<Suggestion>(oracle.ask())});
  const Decision waiting = oracle.ask();  // trial 5 is to know the result of trial 0
  REQUIRE(std::holds_alternative<Idle>(waiting));
  CHECK(std::get<Idle>(waiting).for_sampler);
  const auto end = [&](TrialId trial) {
    oracle.tell(EpochReported{trial, 0, 0, 5, 0, 0, 1, {{"loss", 0.5}}});
    return oracle.tell(TrialEnded{2, trial, 0, 1, Ending::reached, {}, "", 1}).waits_for_sampler;
  };
  CHECK(end(1));
  CHECK(std::holds_alternative<Idle>(oracle.ask()));
  CHECK(end(0));  // for its choice
  CHECK(std::get<Suggestion>(oracle.ask()).slot.trial == 5);
  for (TrialId trial = 5; trial < 7; ++trial)
    oracle.tell(TrialStarted{1, 1, std::get<Suggestion>(oracle.ask())});
  CHECK(std::holds_alternative<Idle>(oracle.ask()));  // trial 7 is to know trial 2's result
  end(2);
  const Event last_that_learns = TrialStarted{1, 1, std::get<Suggestion>(oracle.ask())};
  CHECK_FALSE(oracle.tell(last_that_learns).waits_for_sampler);
  CHECK(std::get<Suggestion>(oracle.ask()).slot.trial == 8);  // a free one
}

TEST_CASE("nothing is told to a sampler from when a trial's values can be chosen until it starts") {
  for (const bool hyperband : {false, true}) {
    Oracle oracle = make(hyperband, 3);
    std::optional<Proposal> chosen;
    Values values;
    int compared = 0;
    SimulatedTraining trained = training(oracle, 1, 0);
    // Asked again before each report: what came in since the first time must not matter.
    trained.score = [&, score = trained.score](TrialId trial, int epoch) {
      const Outline now = oracle.outline();
      if (const auto* proposal = std::get_if<Proposal>(&now)) {
        const Values again = oracle.sample(proposal->slot.trial, {}).values;
        if (chosen == *proposal) {
          ++compared;
          CHECK(again == values);
        }
        chosen = *proposal;
        values = again;
      }
      return score(trial, epoch);
    };
    simulate(oracle, 2, trained);
    CHECK(compared > 0);
  }
}

TEST_CASE("while a trial's values are being chosen, only trials that are there go on") {
  Oracle oracle = make(true, 1000);
  const auto start = [&](const Suggestion& suggestion) { oracle.tell(TrialStarted{1, 1, suggestion}); };
  for (TrialId trial = 0; trial < 27; ++trial) {
    const Outline waiting = oracle.outline(true);
    REQUIRE(std::get<Idle>(waiting).for_sampler);
    start(std::get<Suggestion>(oracle.ask()));
  }
  for (TrialId trial = 0; trial < 27; ++trial) {
    oracle.tell(EpochReported{trial, 0, 0, 1, 0, 0, 1, {{"loss", static_cast<double>(trial)}}});
    oracle.tell(TrialEnded{2, trial, 0, 1, Ending::reached, {}, "", 1});
  }
  const Outline next = oracle.outline(true);
  CHECK(std::get<Suggestion>(next).slot.rung == 1);
}

TEST_CASE(
    "law 2 where values are chosen by results: told again it goes on the same, and so where it is extended") {
  for (const bool hyperband : {false, true})
    for (const std::int64_t cut : {0, 37}) {
      INFO((hyperband ? "hyperband" : "full") << ", cut at " << cut);
      const auto extended = [&](int workers_before, int workers_after) {
        Oracle oracle = make(hyperband, 4, cut, 1);
        simulate(oracle, workers_before, training(oracle, 1, 0.05));
        oracle.tell(SweepResumed{1, "", hyperband ? 0 : 80, 2});
        simulate(oracle, workers_after, training(oracle, 2, 0.05));
        return values(oracle);
      };
      const auto expected = extended(1, 1);
      CHECK(extended(3, 64) == expected);
      CHECK(extended(64, 2) == expected);
      if (cut > 0) continue;
      Oracle whole = make(hyperband, 4);
      simulate(whole, 5, training(whole, 3, 0.05));
      CHECK(values(whole) == expected);
    }
}

TEST_CASE("law 5 where values are chosen by results: waiting for them costs at most 3 points") {
  // Trials differ by a lognormal factor in how long their epochs take.
  struct Shares {
    double busy = 0, waiting = 0;
  };
  const auto mean_of_three = [](bool hyperband, int workers, int extent, int width) {
    const auto plan = [&]() -> std::unique_ptr<Scheduler> {
      if (hyperband) return std::make_unique<Hyperband>(HyperbandOptions{81, 3, extent}, loss);
      return std::make_unique<FullBudget>(extent * workers, 5, loss);
    };
    Shares mean;
    for (const std::uint64_t order : {1, 2, 3}) {
      std::unique_ptr<ResultOrder> results;
      if (width > 0) results = planned(plan(), width);
      Oracle oracle(line(), {loss}, std::make_unique<Rememberer>(), plan(), std::move(results));
      SimulatedTraining trained = training(oracle, order, 0);
      trained.each_epoch = false;
      trained.seconds = [=](TrialId trial, int) {
        return std::exp(0.5 * RandomStream(order, trial, "speed").normal());
      };
      const SimulatedSweep sweep = simulate(oracle, workers, trained);
      mean.busy += sweep.busy_share(workers) / 3;
      mean.waiting += sweep.waiting_for_sampler / (sweep.makespan * workers) / 3;
    }
    return mean;
  };
  for (const auto& [hyperband, workers, extent] :
       {std::tuple(false, 8, 25), std::tuple(false, 64, 25), std::tuple(true, 8, 4), std::tuple(true, 32, 48),
        std::tuple(true, 64, 64)}) {
    const Shares free = mean_of_three(hyperband, workers, extent, 0);
    const Shares ordered = mean_of_three(hyperband, workers, extent, default_width(workers, hyperband));
    CAPTURE(hyperband, workers, extent, free.busy, ordered.busy, ordered.waiting);
    CHECK(free.waiting == 0);
    CHECK(ordered.waiting <= 0.03);
    CHECK(ordered.busy >= free.busy - 0.03);
  }
}

TEST_CASE("law 1 for every sampler that learns") {
  int learning = 0;
  for (const SamplerKind& kind : sampler_kinds()) {
    if (!kind.learns) continue;
    ++learning;
    for (const bool hyperband : {false, true}) {
      INFO(kind.name << (hyperband ? " under hyperband" : " under full"));
      const auto make = [&] {
        const SamplerSettings settings{.seed = 5, .objective = loss, .several_budgets = hyperband};
        return Oracle(mixed(), {loss},
                      kind.make(std::make_unique<RandomSampler>(mixed(), 5), mixed(), settings),
                      scheduler(hyperband, 1), planned(scheduler(hyperband, 1), 4));
      };
      Oracle reference = make();
      simulate(reference, 1, training(reference, 1, 0.1));
      int by_model = 0;
      for (const Trial& trial : reference.trials()) by_model += trial.origin.sampler == kind.name;
      CHECK(by_model > 10);
      for (const int workers : {3, 16}) {
        Oracle oracle = make();
        simulate(oracle, workers, training(oracle, static_cast<std::uint64_t>(workers), 0.1));
        CHECK(values(oracle) == values(reference));
      }
    }
  }
  CHECK(learning == 2);
}
