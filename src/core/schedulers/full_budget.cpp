#include "core/schedulers/full_budget.hpp"

#include "core/schedulers/registry.hpp"

namespace sibyl {

FullBudget::FullBudget(std::int64_t max_trials, int max_epochs, Objective objective)
    : bracket_({{max_trials, max_epochs}}, 0, 0, std::move(objective)) {}

std::optional<Proposal> FullBudget::next(std::optional<TrialId> new_trial) const {
  if (!new_trial || bracket_.unstarted() == 0) return std::nullopt;
  return Proposal{bracket_.new_slot(*new_trial)};
}

Effects FullBudget::started(const Slot& slot) {
  bracket_.started(slot);
  return {};
}

Effects FullBudget::observed(const Observation& observation) {
  Effects effects{.results = {observation}};
  bracket_.observed(observation, effects.decisions);
  return effects;
}

Effects FullBudget::extend(std::int64_t max_trials, int) {
  if (max_trials > 0) bracket_.extend(max_trials);
  return {};
}

Effects FullBudget::no_more_trials() {
  Effects effects;
  bracket_.no_more_trials(effects.decisions);
  return effects;
}

PlanTotals totals(int max_epochs, double trials) {
  const auto shown = static_cast<std::int64_t>(std::min(trials, 0x1p62));
  return {trials, trials * max_epochs, {{0, 0, 0, 0, max_epochs, shown, 0, 0}}};
}

SchedulerKind full_budget_scheduler() {
  return {.name = "full",
          .help = "every trial to the last epoch",
          .default_max_trials = 10,
          .make = [](const SchedulerSettings& settings,
                     const SchedulerContext& context) -> std::unique_ptr<Scheduler> {
            return std::make_unique<FullBudget>(settings.max_trials, settings.max_epochs, context.objective);
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
