#pragma once

#include "core/schedulers/hyperband/bracket.hpp"
#include "core/schedulers/plan_totals.hpp"

namespace sibyl {

/// Every trial is trained to the last epoch (or its own early stopping): a bracket of one rung.
class FullBudget : public Scheduler {
 public:
  FullBudget(std::int64_t max_trials, int max_epochs, Objective objective);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override {
    return parent < 0 && bracket_.expects(slot);
  }
  Effects started(const Slot& slot) override;
  Effects observed(const Observation& observation) override;
  Effects no_more_trials() override;
  Effects extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override { return bracket_.finished(); }
  std::vector<RungStatus> rungs() const override { return {bracket_.rung(0)}; }
  std::optional<RungStatus> rung(const Slot&) const override { return bracket_.rung(0); }

 private:
  Bracket bracket_;
};

/// Every trial to the last epoch.
PlanTotals totals(int max_epochs, double trials);

struct SchedulerKind;
/// See registry.hpp.
SchedulerKind full_budget_scheduler();

}  // namespace sibyl
