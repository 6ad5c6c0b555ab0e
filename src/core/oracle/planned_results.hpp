#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// The width that costs so many workers less than 3 % of their time, waiting for the results of trials that
/// take a while longer than others, and that shows a trial as much as it can. One worker waits for nothing.
/// `several_budgets`: trials go on to higher rungs.
int default_width(int workers, bool several_budgets);

/// What is known, by the plan, when a new trial starts: a function of the plan and of the width alone, and so
/// the same on any number of workers.
///
/// As many workers of equal speed as the width says go through the plan, in which every epoch takes as long
/// as any other; what they would know at a trial's start is what its values may be chosen by. Of first slots
/// (of a trial that begins) each result counts from the moment at which it comes in. Of higher rungs, whose
/// trials depend on results, only a whole rung does, once it is full. Under a plan of one rung, trial k knows
/// the results of trials 0 .. k - width.
///
/// The plan is run through by a scheduler of the same settings, which is told of equal scores: how many
/// trials go on, and when, does not depend on which they are.
class PlannedResults {
 public:
  /// A first slot's end (of `slot.trial`), or that of a whole rung (`slot` is any of its slots).
  struct Step {
    Slot slot;
    bool whole_rung = false;
  };

  /// `plan`: a fresh scheduler. `width` must be positive.
  PlannedResults(std::unique_ptr<Scheduler> plan, int width);

  /// The next new trial, 0 at first, starts. What comes to be known between its start and that of the one
  /// after it, in order: nothing more than that, so that a plan that is extended later is as one that was so
  /// from the beginning.
  std::vector<Step> start_trial();

  /// As Scheduler's. What the next trial knows besides, now that there is one.
  std::vector<Step> extend(std::int64_t max_trials, int iterations);
  void no_more_trials();

 private:
  /// A slot on one of the workers, until a time in epochs.
  struct Running {
    std::int64_t end = 0;
    std::int64_t started = 0;  ///< how many slots before it: ties end in the order in which they began
    Slot slot;
    bool first = false;  ///< of its trial
    bool operator<(const Running& other) const {
      return end != other.end ? end < other.end : started < other.started;
    }
  };
  std::vector<Step> advance();
  void start(const Slot& slot);
  std::optional<Step> end_one();
  void count_trials();

  std::unique_ptr<Scheduler> plan_;
  int free_;
  std::int64_t now_ = 0;
  std::int64_t started_ = 0;
  TrialId next_trial_ = 0;
  std::optional<std::int64_t> trials_;  ///< of the plan, where it knows
  std::set<Running> running_;
};

}  // namespace sibyl
