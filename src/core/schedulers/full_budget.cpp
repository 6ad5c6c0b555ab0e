#include "core/schedulers/full_budget.hpp"

namespace sibyl {

FullBudget::FullBudget(std::int64_t max_trials, int max_epochs, Objective objective)
    : bracket_({{max_trials, max_epochs}}, 0, 0, std::move(objective)) {}

std::optional<Slot> FullBudget::next(std::optional<TrialId> new_trial) const {
  if (!new_trial || bracket_.unstarted() == 0) return std::nullopt;
  return bracket_.new_slot(*new_trial);
}

std::vector<RungResult> FullBudget::ended(const Slot& slot, double score, bool final) {
  std::vector<RungResult> decisions;
  bracket_.ended(slot, score, final, decisions);
  return decisions;
}

void FullBudget::extend(std::int64_t max_trials, int) {
  bracket_.extend(max_trials);
}

std::vector<RungResult> FullBudget::no_more_trials() {
  std::vector<RungResult> decisions;
  bracket_.no_more_trials(decisions);
  return decisions;
}

}  // namespace sibyl
