#pragma once

#include <utility>

#include "core/schedulers/hyperband/bracket.hpp"

namespace sibyl::simulation {

/// Hyperband as its paper has it, for comparison: one rung after the other, of one bracket after the other,
/// and nobody goes on before the last trial of a rung is through.
class StrictBarrier : public Scheduler {
 public:
  StrictBarrier(int max_epochs, int eta, int iterations, Objective objective)
      : max_epochs_(max_epochs),
        eta_(eta),
        planned_(iterations * (largest_bracket(max_epochs, eta) + 1)),
        objective_(std::move(objective)) {
    begin();
  }

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override {
    const Bracket& bracket = brackets_.back();
    if (bracket.has_ready()) return Proposal{bracket.ready_slot()};
    if (new_trial && bracket.unstarted() > 0) return Proposal{bracket.new_slot(*new_trial)};
    return std::nullopt;
  }
  bool expects(const Slot& slot, TrialId parent) const override {
    return parent < 0 && brackets_.back().expects(slot);
  }
  Effects started(const Slot& slot) override {
    brackets_.back().started(slot);
    ++under_way_;
    return {};
  }
  Effects observed(const Observation& observation) override {
    through_.push_back(observation);
    --under_way_;
    return decide();
  }
  Effects no_more_trials() override {
    Effects effects;
    brackets_.back().no_more_trials(effects.decisions);
    planned_ = static_cast<int>(brackets_.size());
    effects.append(decide());
    return effects;
  }
  Effects extend(std::int64_t, int) override { return {}; }
  bool finished() const override {
    return static_cast<int>(brackets_.size()) == planned_ && brackets_.back().finished();
  }

 private:
  void begin() {
    const int each = largest_bracket(max_epochs_, eta_) + 1, at = static_cast<int>(brackets_.size());
    const int s = each - 1 - at % each;
    brackets_.emplace_back(plan_bracket(max_epochs_, eta_, s), at / each, s, objective_);
  }

  // The bracket hears of its rung's trials when all are through.
  Effects decide() {
    Bracket& bracket = brackets_.back();
    if (under_way_ > 0 || bracket.unstarted() > 0 || bracket.has_ready()) return {};
    Effects effects{.results = std::exchange(through_, {})};
    for (const Observation& each : effects.results) bracket.observed(each, effects.decisions);
    if (bracket.finished() && !finished()) begin();
    return effects;
  }

  int max_epochs_, eta_, planned_;
  Objective objective_;
  std::vector<Bracket> brackets_;  ///< the last one is under way
  int under_way_ = 0;
  std::vector<Observation> through_;  ///< the rung that is under way
};

}  // namespace sibyl::simulation
