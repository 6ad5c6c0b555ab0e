#include "core/schedulers/virtual_clock.hpp"

namespace sibyl {

// By simulation of ASHA, R = 81, 60 and 143 trials a worker, 8 and 64 workers, speeds that differ by
// lognormal factors of sigma .3 and .5: with 3 times the workers they are up to 4 points less busy than by
// arrival, with 8 times at most 3, and mostly busier. With sigma 1 it costs some 20 points, whatever the
// width.
int width_of_decisions(int workers) {
  return workers <= 1 ? 1 : 8 * workers;
}

VirtualClock::VirtualClock(std::unique_ptr<Scheduler> scheduler, int width)
    : scheduler_(std::move(scheduler)), free_(width) {
  at_new_trial_ = next_begun().has_value();
}

std::optional<Proposal> VirtualClock::next_begun() const {
  return scheduler_->next(closed_ ? std::nullopt : std::optional(trials_));
}

std::optional<Proposal> VirtualClock::next(std::optional<TrialId> new_trial) const {
  if (!to_give_.empty()) return Proposal{to_give_.front()};
  return at_new_trial_ && new_trial ? scheduler_->next(new_trial) : std::nullopt;
}

bool VirtualClock::expects(const Slot& slot, TrialId parent) const {
  const auto proposal = next(slot.trial);
  return proposal && proposal->slot == slot && proposal->parent == parent;
}

Effects VirtualClock::started(const Slot& slot) {
  Effects effects;
  if (!to_give_.empty() && to_give_.front() == slot) {
    to_give_.pop_front();  // the clock has been there
  } else {
    ++trials_;
    at_new_trial_ = false;
    begin(slot, effects);
    go_on(effects);
  }
  return effects;
}

Effects VirtualClock::observed(const Observation& observation) {
  Effects effects;
  arrived_.emplace(observation.slot.trial, observation);
  go_on(effects);
  return effects;
}

Effects VirtualClock::no_more_trials() {
  closed_ = true;
  at_new_trial_ = false;
  Effects effects = scheduler_->no_more_trials();
  go_on(effects);
  return effects;
}

Effects VirtualClock::extend(std::int64_t max_trials, int iterations) {
  closed_ = false;
  Effects effects = scheduler_->extend(max_trials, iterations);
  go_on(effects);
  return effects;
}

bool VirtualClock::finished() const {
  return scheduler_->finished() && to_give_.empty() && running_.empty();
}

void VirtualClock::begin(const Slot& slot, Effects& effects) {
  running_.insert({now_ + (slot.last_epoch - slot.first_epoch), begun_++, slot});
  --free_;
  effects.append(scheduler_->started(slot));
}

// To the next new trial, or the next result that is still to come in.
void VirtualClock::go_on(Effects& effects) {
  while (!at_new_trial_) {
    const auto proposal = free_ > 0 ? next_begun() : std::nullopt;
    if (!proposal) {
      if (!end_one(effects)) return;
    } else if (proposal->slot.trial == trials_) {
      at_new_trial_ = true;
    } else {
      begin(proposal->slot, effects);
      to_give_.push_back(proposal->slot);
    }
  }
}

bool VirtualClock::end_one(Effects& effects) {
  if (running_.empty()) return false;
  auto result = arrived_.extract(running_.begin()->slot.trial);
  if (!result) return false;
  now_ = running_.extract(running_.begin()).value().end;
  ++free_;
  effects.append(scheduler_->observed(result.mapped()));
  return true;
}

}  // namespace sibyl
