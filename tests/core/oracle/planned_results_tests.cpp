#include "core/oracle/planned_results.hpp"

#include <set>

#include "catch.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

std::unique_ptr<Scheduler> full(std::int64_t trials) {
  return std::make_unique<FullBudget>(trials, 5, loss);
}

std::unique_ptr<Scheduler> hyperband(int max_epochs, int iterations) {
  return std::make_unique<Hyperband>(HyperbandOptions{max_epochs, 3, iterations}, loss);
}

// "0 1 2/1": first slots by trial, rungs as bracket/rung.
std::string text(const std::vector<PlannedResults::Step>& steps) {
  std::string text;
  for (const auto& [slot, whole_rung] : steps)
    text += (text.empty() ? "" : " ") + (whole_rung
                                             ? std::to_string(slot.bracket) + "/" + std::to_string(slot.rung)
                                             : std::to_string(slot.trial));
  return text;
}

}  // namespace

TEST_CASE("under a plan of one rung a trial knows the results of those before the last width - 1") {
  for (const int width : {1, 2, 7}) {
    PlannedResults plan(full(30), width);
    TrialId known = 0;
    for (TrialId trial = 0; trial + 1 < 30; ++trial) {
      for (const auto& step : plan.start_trial()) {
        CHECK_FALSE(step.whole_rung);
        CHECK(step.slot.trial == known++);
      }
      CHECK(known == std::max<TrialId>(0, trial + 2 - width));
    }
    CHECK(plan.start_trial().empty());  // the last: nobody is to know more
  }
}

TEST_CASE("under Hyperband a trial knows first slots one by one, and higher rungs as a whole") {
  // R = 3, eta = 3: a bracket of 3 trials, of which one goes on, and one of 2; one worker.
  PlannedResults plan(hyperband(3, 2), 1);
  std::vector<std::string> known;
  for (int trial = 0; trial < 10; ++trial) known.push_back(text(plan.start_trial()));
  CHECK(known == std::vector<std::string>{"0", "1", "2 1/1", "3", "4", "5", "6", "7 1/1", "8", ""});
}

TEST_CASE("a wider plan knows less of the latest, and all of it in the end") {
  const auto all = [](int width) {
    PlannedResults plan(hyperband(27, 2), width);
    const auto trials = hyperband(27, 2)->planned()->trials;
    std::set<std::string> known;
    std::size_t half = 0;
    for (std::int64_t trial = 0; trial < trials; ++trial) {
      for (const auto& step : plan.start_trial())
        known.insert(text({step}) + "@" + std::to_string(step.slot.iteration));
      if (trial == trials / 2) half = known.size();
    }
    return std::pair(half, known.size());
  };
  const auto narrow = all(1), middle = all(8), wide = all(64);
  CHECK(narrow.first > middle.first);
  CHECK(middle.first > wide.first);
  CHECK(narrow.second > wide.second);
}

TEST_CASE("a plan that is extended is as one that was so from the beginning") {
  for (const int width : {1, 4, 16}) {
    PlannedResults whole(hyperband(9, 4), width), extended(hyperband(9, 1), width);
    const auto trials = hyperband(9, 1)->planned()->trials;
    for (std::int64_t trial = 0; trial < trials - 1; ++trial)
      CHECK(text(whole.start_trial()) == text(extended.start_trial()));
    CHECK(extended.start_trial().empty());  // the last of the first plan
    CHECK(text(extended.extend(0, 4)) == text(whole.start_trial()));
    for (std::int64_t trial = trials; trial < 4 * trials; ++trial)
      CHECK(text(whole.start_trial()) == text(extended.start_trial()));
  }
}
