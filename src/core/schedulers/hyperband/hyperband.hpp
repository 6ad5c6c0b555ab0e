#pragma once

#include <set>
#include <string>

#include "core/schedulers/hyperband/bracket.hpp"

namespace sibyl {

struct HyperbandOptions {
  int max_epochs = 100;  ///< R of the paper
  int eta = 3;
  int iterations = 1;  ///< how often all brackets are run
  /// The last brackets are opened before trials of the ones before go on: their trials are the longest to
  /// come, and workers wait for them at the end.
  bool last_brackets_early = false;
};

/// For people: with fewer epochs than eta an iteration is one trial, trained to the end. Empty where there is
/// something to compare.
std::string no_search(const HyperbandOptions& options);

/// Synchronous Hyperband (Li et al. 2018, Algorithm 1): brackets s = s_max .. 0, again for each iteration.
/// New trials fill the brackets in this order. A worker that would have to wait for a rung opens the next
/// bracket, or the next iteration's first: brackets do not depend on one another, so no decision changes.
class Hyperband : public Scheduler {
 public:
  /// Throws UsageError for options that make no plan.
  Hyperband(HyperbandOptions options, Objective objective);

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override;
  bool expects(const Slot& slot, TrialId parent) const override;
  Effects started(const Slot& slot) override;
  Effects observed(const Observation& observation) override;
  Effects no_more_trials() override;
  /// Brackets that were cut short stay so; those that no trial was left for, and new ones, take new trials.
  Effects extend(std::int64_t max_trials, int iterations) override;
  bool finished() const override {
    return finished_ == brackets_.size() && (closed_ || brackets_.size() == planned_);
  }
  std::vector<RungStatus> rungs() const override;
  std::optional<PlanSize> planned() const override;
  std::optional<RungStatus> rung(const Slot& slot) const override;

 private:
  bool opens_last_brackets() const;
  std::size_t place(const Slot& slot) const;
  void update(std::size_t place, bool was_finished);
  Bracket new_bracket(std::size_t place) const;
  void find_filling();

  HyperbandOptions options_;
  Objective objective_;
  int s_max_ = 0;
  std::size_t planned_ = 0;        ///< brackets, of all iterations in order
  std::vector<Bracket> brackets_;  ///< those begun, and the one that takes new trials: iterations may be many
  std::size_t filling_ = 0;        ///< the first bracket that takes new trials
  std::set<std::size_t> ready_;    ///< brackets with promotions that wait for a worker
  std::size_t finished_ = 0;       ///< of those in brackets_
  bool closed_ = false;            ///< no more brackets are begun
};

struct SchedulerKind;
/// See registry.hpp.
SchedulerKind hyperband_scheduler();

}  // namespace sibyl
