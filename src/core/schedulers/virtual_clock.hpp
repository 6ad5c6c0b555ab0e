#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// The width with which so many workers are as busy as by arrival, or nearly, where only a scheduler goes by
/// results: what it decides is not the worse for it. One worker waits for nothing.
int width_of_decisions(int workers);

/// Makes a scheduler that decides by the order in which results arrive the same on any number of workers: it
/// is told of them in an order of its own.
///
/// That is the order in which so many workers of equal speed would report, every epoch taking as long as any
/// other. They go through the sweep in virtual time: whenever one of them is free, the scheduler is asked;
/// and of what they have begun, real workers take the slots in that order. Virtual time stands still until
/// the result that comes next in it has come in, and where a new trial begins until that has really started.
/// So what is decided is a function of the results and of the width alone.
///
/// With a width of some times the real workers, a slow trial holds up others only when they have gone through
/// the rest.
class VirtualClock : public Scheduler {
 public:
  /// `width` must be positive.
  VirtualClock(std::unique_ptr<Scheduler> scheduler, int width);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override;
  Effects started(const Slot& slot) override;
  Effects observed(const Observation& observation) override;
  Effects no_more_trials() override;
  Effects extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override;
  bool decides_by_arrival() const override { return scheduler_->decides_by_arrival(); }
  std::vector<RungStatus> rungs() const override { return scheduler_->rungs(); }
  std::optional<RungStatus> rung(const Slot& slot) const override { return scheduler_->rung(slot); }
  std::optional<PlanSize> planned() const override { return scheduler_->planned(); }

 private:
  /// A slot on one of the workers of equal speed, until a time in epochs.
  struct Running {
    std::int64_t end = 0;
    std::int64_t order = 0;  ///< slots begun before it: ties end in the order in which they began
    Slot slot;
    bool operator<(const Running& other) const {
      return end != other.end ? end < other.end : order < other.order;
    }
  };
  std::optional<Proposal> next_begun() const;
  void begin(const Slot& slot, Effects& effects);
  bool end_one(Effects& effects);
  void go_on(Effects& effects);

  std::unique_ptr<Scheduler> scheduler_;
  int free_;
  std::int64_t now_ = 0;
  std::int64_t begun_ = 0;
  TrialId trials_ = 0;         ///< begun
  bool closed_ = false;        ///< no more new trials
  bool at_new_trial_ = false;  ///< time stands where the next new one begins
  std::set<Running> running_;
  std::deque<Slot> to_give_;                ///< begun in virtual time, and by no real worker
  std::map<TrialId, Observation> arrived_;  ///< ahead of the clock
};

}  // namespace sibyl
