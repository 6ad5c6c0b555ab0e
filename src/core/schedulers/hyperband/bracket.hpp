#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/schedulers/scheduler.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

/// A rung's place in the plan: how many trials it holds and to which epoch it takes them.
struct RungPlan {
  std::int64_t trials = 0;
  int epoch = 0;
  bool operator==(const RungPlan&) const = default;
};

/// The largest s with eta^s <= max_epochs. Integers only: log(243) / log(3) is 4.999...
int largest_bracket(int max_epochs, int eta);

/// The rungs of bracket s: Algorithm 1 of Li et al. 2018 (Hyperband, JMLR 18). n = ceil((s_max + 1) eta^s /
/// (s + 1)) starters; rung i holds floor(n / eta^i) of them and ends at epoch ceil(max_epochs / eta^(s - i)).
std::vector<RungPlan> plan_bracket(int max_epochs, int eta, int s);

/// One run of successive halving, in sync: the same promotions as if each rung waited for its last trial, but
/// a promotion is made as soon as it is certain, that is when the trials still out could not push the trial
/// out of the places there are. A failed trial takes its place in the rung and is never promoted; when fewer
/// trials are left than the next rung has places, all of them go on.
class Bracket {
 public:
  /// `index` is the s of the plan.
  Bracket(std::vector<RungPlan> plan, int iteration, int index, Objective objective);

  /// New trials that it still takes.
  std::int64_t unstarted() const { return rungs_[0].status.expected - rungs_[0].started; }
  std::int64_t begun() const { return rungs_[0].started; }
  Slot new_slot(TrialId trial) const { return slot(trial, 0); }
  /// Is a promoted trial waiting for a worker? The highest rung's first, then by trial.
  bool has_ready() const { return !ready_.empty(); }
  Slot ready_slot() const { return slot(ready_.begin()->second, -ready_.begin()->first); }

  /// As Scheduler::expects.
  bool expects(const Slot& slot) const;
  void started(const Slot& slot);
  /// As Scheduler::observed; what is decided is appended to `decisions`.
  void observed(const Observation& observation, std::vector<RungResult>& decisions);
  void no_more_trials(std::vector<RungResult>& decisions);
  /// Of one rung only: takes so many trials in all. (More rungs would have to revoke decisions.)
  void extend(std::int64_t trials);

  /// No trial of it is under way, and none will be.
  bool finished() const { return rungs_.back().status.full(); }
  const RungStatus& rung(int index) const { return rungs_[index].status; }
  int rungs() const { return static_cast<int>(rungs_.size()); }

 private:
  struct Waiting : Ranked {
    bool ended_early = false;
  };
  struct Rung {
    RungStatus status;
    std::int64_t places = 0;  ///< by the plan; `status.expected` is less when too few trials are left
    std::int64_t started = 0;
    std::int64_t promoted = 0;
    std::set<Waiting, BestFirst> waiting;  ///< for the decision, the best first
    std::int64_t out = 0;                  ///< failed, or stopped by somebody else: without a score
  };

  Slot slot(TrialId trial, int rung) const;
  bool is_last(int rung) const { return rung + 1 == rungs(); }
  void arrive(int rung, const Waiting& trial, bool failed, std::vector<RungResult>& decisions);
  void settle(int rung, std::vector<RungResult>& decisions);

  std::vector<Rung> rungs_;
  std::set<std::pair<int, TrialId>> ready_;  ///< (-rung, trial)
};

}  // namespace sibyl
