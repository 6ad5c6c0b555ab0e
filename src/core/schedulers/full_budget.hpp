#pragma once

#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// Every trial is trained to the last epoch (or its own early stopping): a bracket of one rung.
class FullBudget : public Scheduler {
 public:
  FullBudget(std::int64_t max_trials, int max_epochs, Objective objective);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override {
    return parent < 0 && bracket_.expects(slot);
  }
  void started(const Slot& slot) override { bracket_.started(slot); }
  std::vector<RungResult> observed(const Observation& observation) override;
  std::vector<RungResult> no_more_trials() override;
  void extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override { return bracket_.finished(); }
  std::vector<RungStatus> rungs() const override { return {bracket_.rung(0)}; }
  std::optional<RungStatus> rung(const Slot&) const override { return bracket_.rung(0); }

 private:
  Bracket bracket_;
};

struct SchedulerKind;
/// See registry.hpp.
SchedulerKind full_budget_scheduler();

}  // namespace sibyl
