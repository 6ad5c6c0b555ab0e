#pragma once

#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// Every trial is trained to the last epoch (or its own early stopping): a bracket of one rung.
class FullBudget : public Scheduler {
 public:
  FullBudget(std::int64_t max_trials, int max_epochs, Objective objective);

  std::optional<Slot> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot) const override { return bracket_.expects(slot); }
  void started(const Slot& slot) override { bracket_.started(slot); }
  std::vector<RungResult> ended(const Slot& slot, double score, bool final) override;
  std::vector<RungResult> no_more_trials() override;
  void extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override { return bracket_.finished(); }
  std::vector<RungStatus> rungs() const override { return {bracket_.rung(0)}; }
  RungStatus rung(const Slot&) const override { return bracket_.rung(0); }

 private:
  Bracket bracket_;
};

struct SchedulerKind;
/// See registry.hpp.
SchedulerKind full_budget_scheduler();

}  // namespace sibyl
