#include "core/schedulers/median/median_stopping.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "catch.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

MedianStopping full(std::int64_t trials, int epochs, MedianOptions options, Objective objective = loss) {
  return {std::make_unique<FullBudget>(trials, epochs, objective), options, objective};
}

/// Trains one trial to its end, with `score` in each epoch; the epochs at which it was handed in.
template <class Score>
std::vector<int> train(MedianStopping& scheduler, TrialId trial, Score score, Effects* last = nullptr) {
  std::vector<int> epochs;
  auto proposal = scheduler.next(trial);
  while (proposal && proposal->slot.trial == trial) {
    REQUIRE(scheduler.expects(proposal->slot, -1));
    scheduler.started(proposal->slot);
    epochs.push_back(proposal->slot.last_epoch);
    Effects effects = scheduler.observed({.slot = proposal->slot, .score = score(proposal->slot.last_epoch)});
    if (last) *last = effects;
    proposal = scheduler.next(std::nullopt);
  }
  return epochs;
}

}  // namespace

TEST_CASE("the running median is that of the sorted numbers") {
  RandomStream random(1);
  RunningMedian median;
  std::vector<double> all;
  for (int i = 0; i < 500; ++i) {
    const double value = std::floor(random.uniform() * 50);
    median.add(value);
    all.insert(std::upper_bound(all.begin(), all.end(), value), value);
    const std::size_t n = all.size();
    REQUIRE(median.size() == n);
    REQUIRE(median.value() == (all[(n - 1) / 2] + all[n / 2]) / 2);
  }
}

TEST_CASE("trials are looked at after the warm-up, every so many epochs, and at the end") {
  const auto constant = [](int) { return 1.0; };
  auto each = full(9, 5, {});
  CHECK(train(each, 0, constant) == std::vector{1, 2, 3, 4, 5});
  auto later = full(9, 20, {.warmup = 7, .interval = 5});
  CHECK(train(later, 0, constant) == std::vector{12, 17, 20});
  auto never = full(9, 20, {.warmup = 20});
  CHECK(train(never, 0, constant) == std::vector{20});
  CHECK_THROWS_AS(full(9, 5, {.startup = 0}), UsageError);
  CHECK_THROWS_AS(full(9, 5, {.interval = 0}), UsageError);
}

TEST_CASE("whoever is worse than the median of enough others at an epoch is stopped there") {
  for (const auto direction : {Direction::minimize, Direction::maximize}) {
    const double sign = direction == Direction::minimize ? 1 : -1;
    auto scheduler = full(9, 3, {.startup = 4}, {"score", direction});
    const auto constant = [&](double score) { return [=](int) { return sign * score; }; };
    for (const TrialId trial : {0, 1, 2, 3})  // too few others, as bad as they may be
      CHECK(train(scheduler, trial, constant(static_cast<double>(trial))) == std::vector{1, 2, 3});
    Effects effects;
    CHECK(train(scheduler, 4, constant(1.6), &effects) == std::vector{1});  // 0 1 2 3: 1.5
    REQUIRE(effects.decisions.size() == 1);
    CHECK(effects.decisions[0].decision == RungDecision::stopped);
    CHECK(effects.decisions[0].slot == Slot{4, 0, 0, 0, 0, 1});
    CHECK(effects.decisions[0].score == sign * 1.6);
    REQUIRE(effects.results.size() == 1);
    CHECK(effects.results[0].score == sign * 1.6);
    CHECK_FALSE(effects.results[0].failed);
    CHECK(train(scheduler, 5, constant(1.6)) == std::vector{1, 2});  // 0 1 1.6 2 3, then 0 1 2 3
    CHECK(train(scheduler, 6, constant(-1)) == std::vector{1, 2, 3});
    CHECK_FALSE(scheduler.finished());
  }
}

TEST_CASE("trials that failed or ended early are no measure for others, and end the slot") {
  auto scheduler = full(9, 9, {.startup = 1});
  const Slot first = scheduler.next(TrialId{0})->slot;
  scheduler.started(first);
  CHECK(scheduler.observed({.slot = first, .score = NAN, .failed = true}).decisions[0].decision ==
        RungDecision::failed);
  const Slot second = scheduler.next(TrialId{1})->slot;
  scheduler.started(second);
  CHECK(scheduler.observed({.slot = second, .score = 0.5, .ended_early = true}).decisions[0].decision ==
        RungDecision::completed);
  CHECK(train(scheduler, 2, [](int) { return 9.0; }).size() == 9);
}

TEST_CASE("in Hyperband a trial that is stopped takes its place in the rung, and others go on") {
  MedianStopping scheduler(std::make_unique<Hyperband>(HyperbandOptions{9, 3, 1}, loss), {.startup = 2},
                           loss);
  std::map<TrialId, std::vector<RungDecision>> decisions;
  TrialId trials = 0;
  while (const auto proposal = scheduler.next(trials < 17 ? std::optional(trials) : std::nullopt)) {
    const Slot slot = proposal->slot;
    trials += slot.trial == trials;
    scheduler.started(slot);
    for (const RungResult& each :
         scheduler.observed({.slot = slot, .score = static_cast<double>(slot.trial)}).decisions)
      decisions[each.slot.trial].push_back(each.decision);
  }
  REQUIRE(scheduler.finished());
  // Bracket 2: nine to epoch 1, no look before its end; three to epoch 3, where the third is stopped at 2.
  CHECK(decisions[0] == std::vector{RungDecision::promoted, RungDecision::promoted, RungDecision::completed});
  CHECK(decisions[2] == std::vector{RungDecision::promoted, RungDecision::stopped});
  for (const RungStatus& rung : scheduler.rungs()) CHECK(rung.failed == 0);
}
