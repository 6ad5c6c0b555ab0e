#include "core/schedulers/hyperband/bracket.hpp"

#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

std::vector<TrialId> with(const std::vector<RungResult>& results, RungDecision decision) {
  std::vector<TrialId> trials;
  for (const RungResult& result : results)
    if (result.decision == decision) trials.push_back(result.slot.trial);
  return trials;
}

// Starts the first rung's trials, all at once.
Bracket begun(std::vector<RungPlan> plan) {
  Bracket bracket(std::move(plan), 0, 0, loss);
  for (TrialId trial = 0; bracket.unstarted() > 0; ++trial) bracket.started(bracket.new_slot(trial));
  return bracket;
}

Slot in_rung(const Bracket& bracket, TrialId trial, int rung) {
  return {trial, 0, 0, rung, rung == 0 ? 0 : bracket.rung(rung - 1).epoch, bracket.rung(rung).epoch};
}

}  // namespace

TEST_CASE("the brackets are Algorithm 1 of the paper: 81, 34, 15, 8, 5 for R = 81, eta = 3") {
  CHECK(largest_bracket(81, 3) == 4);
  using Plan = std::vector<RungPlan>;
  CHECK(plan_bracket(81, 3, 4) == Plan{{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}});
  CHECK(plan_bracket(81, 3, 3) == Plan{{34, 3}, {11, 9}, {3, 27}, {1, 81}});
  CHECK(plan_bracket(81, 3, 2) == Plan{{15, 9}, {5, 27}, {1, 81}});
  CHECK(plan_bracket(81, 3, 1) == Plan{{8, 27}, {2, 81}});
  CHECK(plan_bracket(81, 3, 0) == Plan{{5, 81}});
}

TEST_CASE("no bracket is lost to floating point, and every rung trains at least one epoch more") {
  CHECK(largest_bracket(243, 3) == 5);  // log(243) / log(3) is 4.999...
  CHECK(largest_bracket(1000, 10) == 3);
  CHECK(largest_bracket(1, 3) == 0);
  CHECK(largest_bracket(2147483647, 2) == 30);
  for (int R = 1; R <= 300; ++R)
    for (int eta = 2; eta <= 10; ++eta)
      for (int s = largest_bracket(R, eta); s >= 0; --s) {
        const auto plan = plan_bracket(R, eta, s);
        REQUIRE(plan.back().epoch == R);
        REQUIRE(plan.back().trials >= 1);
        REQUIRE(std::adjacent_find(plan.begin(), plan.end(),
                                   [](auto& a, auto& b) { return a.epoch >= b.epoch; }) == plan.end());
      }
}

TEST_CASE("a trial is promoted as soon as none that is still out can push it out") {
  Bracket bracket = begun({{4, 1}, {2, 3}});
  std::vector<RungResult> decided;
  bracket.observed({.slot = in_rung(bracket, 2, 0), .score = 0.3}, decided);
  bracket.observed({.slot = in_rung(bracket, 0, 0), .score = 0.1}, decided);
  CHECK(decided.empty());  // two are out: both could be better
  bracket.observed({.slot = in_rung(bracket, 3, 0), .score = 0.2}, decided);
  CHECK(with(decided, RungDecision::promoted) == std::vector<TrialId>{0});  // one is out
  CHECK(with(decided, RungDecision::stopped) == std::vector<TrialId>{2});   // two are better already
  decided.clear();
  bracket.observed({.slot = in_rung(bracket, 1, 0), .score = 0.05}, decided);
  CHECK(with(decided, RungDecision::promoted) == std::vector<TrialId>{1});
  CHECK(with(decided, RungDecision::stopped) == std::vector<TrialId>{3});
  CHECK(bracket.has_ready());
  CHECK(bracket.ready_slot() == Slot{0, 0, 0, 1, 1, 3});
}

TEST_CASE("a failure takes its place in the rung, ranks last and starves nobody") {
  Bracket bracket = begun({{4, 1}, {2, 3}, {1, 9}});
  std::vector<RungResult> decided;
  for (TrialId trial : {0, 1, 2})
    bracket.observed({.slot = in_rung(bracket, trial, 0), .score = NAN, .failed = true}, decided);
  CHECK(with(decided, RungDecision::failed).size() == 3);
  CHECK(bracket.rung(1).expected == 1);  // one trial is left for two places
  bracket.observed({.slot = in_rung(bracket, 3, 0), .score = 0.9}, decided);
  CHECK(with(decided, RungDecision::promoted) == std::vector<TrialId>{3});
  bracket.started(bracket.ready_slot());
  bracket.observed({.slot = in_rung(bracket, 3, 1), .score = 0.8}, decided);
  bracket.started(bracket.ready_slot());
  bracket.observed({.slot = in_rung(bracket, 3, 2), .score = 0.7}, decided);
  CHECK(with(decided, RungDecision::completed) == std::vector<TrialId>{3});
  CHECK(bracket.finished());
}

TEST_CASE("when all fail, the bracket is finished") {
  Bracket bracket = begun({{3, 1}, {1, 3}});
  std::vector<RungResult> decided;
  for (TrialId trial : {0, 1, 2}) {
    CHECK_FALSE(bracket.finished());
    bracket.observed({.slot = in_rung(bracket, trial, 0), .score = NAN, .failed = true}, decided);
  }
  CHECK(bracket.finished());
  CHECK_FALSE(bracket.has_ready());
}

TEST_CASE("an early-stopped trial keeps its score through the rungs without training") {
  Bracket bracket = begun({{3, 1}, {2, 3}, {1, 9}});
  std::vector<RungResult> decided;
  bracket.observed({.slot = in_rung(bracket, 0, 0), .score = 0.1, .ended_early = true}, decided);
  bracket.observed({.slot = in_rung(bracket, 1, 0), .score = 0.2}, decided);
  bracket.observed({.slot = in_rung(bracket, 2, 0), .score = 0.3}, decided);
  CHECK(with(decided, RungDecision::promoted) == std::vector<TrialId>{0, 1});
  CHECK(bracket.ready_slot().trial == 1);  // trial 0 has nothing more to train
  bracket.started(bracket.ready_slot());
  CHECK_FALSE(bracket.has_ready());
  decided.clear();
  bracket.observed({.slot = in_rung(bracket, 1, 1), .score = 0.15}, decided);
  CHECK(with(decided, RungDecision::promoted) == std::vector<TrialId>{0});
  CHECK(with(decided, RungDecision::completed) == std::vector<TrialId>{0});
  CHECK(with(decided, RungDecision::stopped) == std::vector<TrialId>{1});
  CHECK(bracket.finished());
}

TEST_CASE("when no more trials come, the rungs make do with what there is") {
  Bracket bracket({{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}}, 0, 4, loss);
  std::vector<RungResult> decided;
  for (TrialId trial = 0; trial < 9; ++trial) bracket.started(bracket.new_slot(trial));
  bracket.no_more_trials(decided);
  CHECK(bracket.unstarted() == 0);
  CHECK(bracket.rung(0).expected == 9);
  CHECK(bracket.rung(1).expected == 9);
  CHECK(bracket.rung(2).expected == 9);
  CHECK(bracket.rung(3).expected == 3);
  CHECK(bracket.rung(4).expected == 1);
}

TEST_CASE("any order of arrival gives the promotions of a strict barrier") {
  for (int seed = 0; seed < 300; ++seed) {
    RandomStream random(seed);
    const int n = 2 + static_cast<int>(random.below(30)), places = 1 + static_cast<int>(random.below(n));
    std::vector<double> scores(n);
    for (double& score : scores) score = random.uniform() < 0.1 ? NAN : std::floor(random.uniform() * 10);
    std::vector<TrialId> order(n);
    for (int i = 0; i < n; ++i) order[i] = i;
    for (int i = n - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);

    std::vector<TrialId> expected(n);
    for (int i = 0; i < n; ++i) expected[i] = i;
    std::sort(expected.begin(), expected.end(), [&](TrialId a, TrialId b) {
      return BestFirst{loss}({scores[a], a}, {scores[b], b});
    });
    expected.resize(places);
    std::erase_if(expected, [&](TrialId trial) { return std::isnan(scores[trial]); });
    std::sort(expected.begin(), expected.end());

    Bracket bracket = begun({{n, 1}, {places, 3}});
    std::vector<RungResult> decided;
    for (const TrialId trial : order)
      bracket.observed({.slot = in_rung(bracket, trial, 0), .score = scores[trial]}, decided);
    auto promoted = with(decided, RungDecision::promoted);
    std::sort(promoted.begin(), promoted.end());
    REQUIRE(promoted == expected);
    REQUIRE(decided.size() == static_cast<std::size_t>(n));  // each trial was decided on once
    REQUIRE(bracket.rung(1).expected == static_cast<std::int64_t>(expected.size()));
  }
}

TEST_CASE("options that make no plan are refused") {
  CHECK_THROWS_AS(Hyperband({0, 3, 1}, loss), UsageError);
  CHECK_THROWS_AS(Hyperband({9, 1, 1}, loss), UsageError);
  CHECK_THROWS_AS(Hyperband({9, 3, 0}, loss), UsageError);
}
