#pragma once

#include <deque>
#include <map>
#include <memory>

#include "core/schedulers/median/running_median.hpp"
#include "core/schedulers/scheduler.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

/// Epochs are of the trial. The defaults are those of Optuna's MedianPruner.
struct MedianOptions {
  int startup = 5;   ///< so many trials are not stopped at an epoch before as many others have been there
  int warmup = 0;    ///< no trial is stopped at this epoch or before
  int interval = 1;  ///< epochs from there between two looks
};

/// The median stopping rule (Golovin et al. 2017, "Google Vizier"), around any scheduler: a trial ends whose
/// best score so far is worse than the median of what the others had reached at the same epoch. To the
/// scheduler inside it is as one that failed: it takes its place in the rung, and never goes on.
///
/// The slots of that scheduler are cut where trials are looked at, so that none trains beyond the look that
/// ends it. What it decides depends on the order in which it is told of results: see VirtualClock.
class MedianStopping : public Scheduler {
 public:
  /// Throws UsageError for options that make no sense.
  MedianStopping(std::unique_ptr<Scheduler> scheduler, MedianOptions options, Objective objective);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override;
  Effects started(const Slot& slot) override;
  Effects observed(const Observation& observation) override;
  Effects no_more_trials() override { return scheduler_->no_more_trials(); }
  Effects extend(std::int64_t max_trials, int iterations) override {
    return scheduler_->extend(max_trials, iterations);
  }
  bool finished() const override { return scheduler_->finished(); }
  bool decides_by_arrival() const override { return true; }
  std::vector<RungStatus> rungs() const override { return scheduler_->rungs(); }
  std::optional<RungStatus> rung(const Slot& slot) const override { return scheduler_->rung(slot); }
  std::optional<PlanSize> planned() const override { return scheduler_->planned(); }

 private:
  bool is_look(int epoch) const;
  Slot cut(Slot whole, int from) const;
  std::optional<Slot> whole_of(const Slot& cut, TrialId parent) const;
  bool stops(const Slot& whole, const Observation& observation);
  Effects stop(const Slot& whole, const Observation& observation);

  std::unique_ptr<Scheduler> scheduler_;
  MedianOptions options_;
  Objective objective_;
  std::map<int, RunningMedian> scores_;  ///< at each epoch of a look
  std::map<TrialId, Slot> whole_;        ///< the slots under way, as the scheduler inside knows them
  std::deque<Slot> going_on_;            ///< parts of them that were looked at, and wait for a worker
};

}  // namespace sibyl
