// A scheduler that somebody might add, which has no plan of rungs: a population whose best half is cloned,
// generation by generation (what population-based training does, without its changes).
#pragma once

#include <algorithm>
#include <map>

#include "core/schedulers/registry.hpp"

namespace sibyl {

class Generations : public Scheduler {
 public:
  Generations(std::int64_t max_trials, Objective objective)
      : generations_(max_trials / population), better_({std::move(objective)}) {}

  std::optional<Proposal> next(std::optional<TrialId> new_trial) const override {
    if (!new_trial || closed_ || finished_ || begun_ == population) return std::nullopt;
    const Slot slot{*new_trial, generation_, 0, 0, length * generation_, length * (generation_ + 1)};
    if (generation_ == 0) return Proposal{slot};
    const Observation& parent = parents_[static_cast<std::size_t>(begun_) % parents_.size()];
    return Proposal{slot, parent.slot.trial, parent.hyperparameters};
  }
  bool expects(const Slot& slot, TrialId parent) const override {
    const auto proposal = next(slot.trial);
    return proposal && proposal->slot == slot && proposal->parent == parent;
  }
  Effects started(const Slot&) override {
    ++begun_;
    return {};
  }
  Effects observed(const Observation& observation) override {
    ended_.push_back(observation);
    std::vector<RungResult> decisions;
    if (static_cast<int>(ended_.size()) == (closed_ ? begun_ : population)) decisions = close_generation();
    if (observation.failed) decisions.push_back({observation.slot, observation.score, RungDecision::failed});
    return {.decisions = decisions, .results = {observation}};
  }
  Effects no_more_trials() override {
    closed_ = true;
    return {static_cast<int>(ended_.size()) == begun_ ? close_generation() : std::vector<RungResult>{}};
  }
  Effects extend(std::int64_t max_trials, int) override {
    generations_ = max_trials / population;
    return {};
  }
  bool finished() const override { return finished_; }

 private:
  static constexpr int population = 4, length = 2;

  // The generation before is decided on only now: until its clones had their own checkpoints they needed its.
  std::vector<RungResult> close_generation() {
    std::vector<RungResult> decisions;
    for (const Observation& each : std::exchange(parents_, {}))
      decisions.push_back({each.slot, each.score, RungDecision::completed});
    std::erase_if(ended_, [](const Observation& each) { return each.failed; });
    std::sort(ended_.begin(), ended_.end(), [&](const Observation& a, const Observation& b) {
      return better_({a.score, a.slot.trial}, {b.score, b.slot.trial});
    });
    finished_ = closed_ || ended_.empty() || ++generation_ == generations_;
    const std::size_t going_on = finished_ ? 0 : (ended_.size() + 1) / 2;
    for (std::size_t i = 0; i < ended_.size(); ++i) {
      if (i < going_on)
        parents_.push_back(ended_[i]);
      else
        decisions.push_back(
            {ended_[i].slot, ended_[i].score, finished_ ? RungDecision::completed : RungDecision::stopped});
    }
    ended_.clear();
    begun_ = 0;
    return decisions;
  }

  std::int64_t generations_;
  BestFirst better_;
  int generation_ = 0;
  int begun_ = 0;
  bool closed_ = false, finished_ = false;
  std::vector<Observation> ended_;    ///< of this generation
  std::vector<Observation> parents_;  ///< of the generation before, the best first
};

inline SchedulerKind generations() {
  return {.name = "generations",
          .help = "clones of the best half, generation by generation",
          .default_max_trials = 20,
          .make = [](const SchedulerSettings& settings,
                     const SchedulerContext& context) -> std::unique_ptr<Scheduler> {
            return std::make_unique<Generations>(settings.max_trials, context.objective);
          },
          .totals = nullptr,
          .title = [](const SchedulerSettings&) { return std::string("Generations"); },
          .no_search = [](const SchedulerSettings&) { return std::string(); }};
}

}  // namespace sibyl
