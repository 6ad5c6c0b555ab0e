#include "core/schedulers/full_budget.hpp"

#include "core/schedulers/registry.hpp"

namespace sibyl {

FullBudget::FullBudget(std::int64_t max_trials, int max_epochs, Objective objective)
    : bracket_({{max_trials, max_epochs}}, 0, 0, std::move(objective)) {}

std::optional<Proposal> FullBudget::next(std::optional<TrialId> new_trial) const {
  if (!new_trial || bracket_.unstarted() == 0) return std::nullopt;
  return Proposal{bracket_.new_slot(*new_trial)};
}

std::vector<RungResult> FullBudget::observed(const Observation& observation) {
  std::vector<RungResult> decisions;
  bracket_.observed(observation, decisions);
  return decisions;
}

void FullBudget::extend(std::int64_t max_trials, int) {
  if (max_trials > 0) bracket_.extend(max_trials);
}

std::vector<RungResult> FullBudget::no_more_trials() {
  std::vector<RungResult> decisions;
  bracket_.no_more_trials(decisions);
  return decisions;
}

SchedulerKind full_budget_scheduler() {
  return {.name = "full",
          .help = "every trial to the last epoch",
          .default_max_trials = 10,
          .make = [](const SchedulerSettings& settings,
                     const Objective& objective) -> std::unique_ptr<Scheduler> {
            return std::make_unique<FullBudget>(settings.max_trials, settings.max_epochs, objective);
          },
          .totals = [](const SchedulerSettings& settings,
                       double max_trials) { return totals(settings.max_epochs, max_trials); },
          .title =
              [](const SchedulerSettings& settings) {
                return "Every trial to epoch " + std::to_string(settings.max_epochs);
              },
          .no_search = [](const SchedulerSettings&) { return std::string(); }};
}

}  // namespace sibyl
