#pragma once

#include <cstdint>
#include <vector>

#include "core/schedulers/asha/ladder.hpp"
#include "core/schedulers/plan_totals.hpp"

namespace sibyl {

struct AshaOptions {
  std::int64_t max_trials = 100;
  int max_epochs = 100;  ///< R of the paper
  int min_epochs = 1;    ///< r
  int eta = 3;
  int brackets = 1;  ///< those with the most rungs first
};

/// Asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning",
/// algorithm 2): whenever a worker is free, a trial goes on that is among the best 1/eta of those that its
/// rung has seen by then, of the highest rung that has one; if none is, a new one begins. Rungs end at epochs
/// r eta^i below R, and at R.
///
/// With several brackets the first rung of bracket b ends at r eta^b, and new trials are spread over them as
/// Hyperband's are.
///
/// What it decides depends on the order in which it is told of results: see VirtualClock.
class Asha : public Scheduler {
 public:
  /// Throws UsageError for options that make no plan.
  Asha(AshaOptions options, const Objective& objective);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override;
  Effects started(const Slot& slot) override;
  Effects observed(const Observation& observation) override;
  Effects no_more_trials() override;
  /// New trials only: those that were decided on stay so.
  Effects extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override;
  bool decides_by_arrival() const override { return true; }
  std::vector<RungStatus> rungs() const override;
  std::optional<RungStatus> rung(const Slot& slot) const override;

 private:
  AshaLadder& ladder(const Slot& slot) { return ladders_[most_rungs() - 1 - slot.bracket]; }
  int most_rungs() const { return ladders_.front().rungs(); }
  const AshaLadder& filling() const;  ///< that gets the next new trial
  Effects expect(std::int64_t trials);

  std::vector<std::int64_t> shares_;  ///< of the brackets, in trials of one round
  std::vector<AshaLadder> ladders_;
  std::int64_t begun_ = 0;
  std::int64_t max_trials_;
};

/// What it trains about, in closed form: each rung promotes one in eta. It is a little more, since early
/// promotions turn out to be wrong.
PlanTotals totals(const AshaOptions& options, double trials);

struct SchedulerKind;
/// See registry.hpp.
SchedulerKind asha_scheduler();

}  // namespace sibyl
