#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"

#include "catch.hpp"
#include "core/schedulers/hyperband/totals.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

/// Trains trials one after the other, each with its id as score, until `trials` have begun and been decided
/// on.
std::vector<RungResult> run(Scheduler& scheduler, TrialId& next, TrialId trials) {
  std::vector<RungResult> all;
  while (const auto proposal = scheduler.next(next < trials ? std::optional(next) : std::nullopt)) {
    const Slot& slot = proposal->slot;
    next += slot.trial == next;
    scheduler.started(slot);
    const auto decisions =
        scheduler.observed({.slot = slot, .score = static_cast<double>(slot.trial)}).decisions;
    all.insert(all.end(), decisions.begin(), decisions.end());
  }
  return all;
}

std::int64_t sum_of_epochs(const std::vector<RungStatus>& rungs) {
  std::int64_t epochs = 0;
  for (const RungStatus& rung : rungs) epochs += rung.epochs();
  return epochs;
}

}  // namespace

TEST_CASE("brackets of later iterations are made as they are begun") {
  Hyperband endless({27, 3, 1'000'000'000}, loss);
  TrialId next = 0;
  run(endless, next, 1000);
  CHECK(next == 1000);
  CHECK_FALSE(endless.finished());
  const auto rungs = endless.rungs();
  CHECK(rungs.size() < 1000);
  CHECK(rungs.back().iteration > 1000 / 49);  // what is begun, and some more
  CHECK(endless.planned()->epochs == 357'000'000'000);
  CHECK(endless.planned()->trials == 49'000'000'000);
  endless.no_more_trials();
  run(endless, next, 1000);
  CHECK(endless.finished());
  CHECK(endless.planned()->epochs < 1000 * 27);
  CHECK(endless.planned()->trials == 1000);
}

TEST_CASE("what was cut short is extended with more iterations") {
  Hyperband scheduler({9, 3, 2}, loss);
  CHECK(scheduler.planned()->epochs == sum_of_epochs(scheduler.rungs()));
  TrialId next = 0;
  run(scheduler, next, 20);  // the first bracket of 9, the second of 5, the third of 3; 3 of the fourth's 9
  scheduler.no_more_trials();
  run(scheduler, next, 20);
  CHECK(scheduler.finished());
  CHECK(scheduler.planned()->epochs == sum_of_epochs(scheduler.rungs()));
  CHECK(scheduler.rungs().size() == 12);
  scheduler.extend(0, 3);
  CHECK_FALSE(scheduler.finished());
  CHECK(scheduler.next(20)->slot.bracket == 1);  // the cut one stays as it is
  run(scheduler, next, 1000);
  CHECK(scheduler.finished());
  CHECK(next == 20 + 5 + 3 + 9 + 5 + 3);
  CHECK(scheduler.planned()->epochs == sum_of_epochs(scheduler.rungs()));
}

TEST_CASE("totals are those of the plan") {
  for (const int R : {1, 2, 9, 27, 50, 81})
    for (const int eta : {2, 3, 4, 100})
      for (const int iterations : {1, 2, 5})
        for (const TrialId most : {1, 7, 49, 143, 1'000'000}) {
          Hyperband scheduler({R, eta, iterations}, loss);
          TrialId next = 0;
          while (next < most) {
            const TrialId before = next;
            run(scheduler, next, most);
            if (next == before) break;
          }
          scheduler.no_more_trials();
          run(scheduler, next, most);
          const PlanTotals all = totals({R, eta, iterations}, static_cast<double>(most));
          INFO("R " << R << " eta " << eta << " iterations " << iterations << " most " << most);
          CHECK(all.trials == static_cast<double>(next));
          CHECK(all.epochs == static_cast<double>(sum_of_epochs(scheduler.rungs())));
        }
  const PlanTotals large = totals({1'000'000'000, 2, 1'000'000'000}, 1e300);
  CHECK(large.trials > 1e18);
  CHECK(large.epochs > 1e20);
  CHECK(totals(100, 1e9).epochs == 1e11);
}
