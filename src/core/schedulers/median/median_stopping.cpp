#include "core/schedulers/median/median_stopping.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sibyl/error.hpp"

namespace sibyl {

MedianStopping::MedianStopping(std::unique_ptr<Scheduler> scheduler, MedianOptions options,
                               Objective objective)
    : scheduler_(std::move(scheduler)), options_(options), objective_(std::move(objective)) {
  if (options.startup < 1) throw UsageError("--median-startup must be at least 1");
  if (options.warmup < 0) throw UsageError("--median-warmup must be at least 0");
  if (options.interval < 1) throw UsageError("--median-interval must be at least 1");
}

bool MedianStopping::is_look(int epoch) const {
  return epoch > options_.warmup && (epoch - options_.warmup) % options_.interval == 0;
}

// To the next look, or the slot's end.
Slot MedianStopping::cut(Slot whole, int from) const {
  const int looks = std::max(from - options_.warmup, 0) / options_.interval;
  const std::int64_t next =
      options_.warmup + (std::int64_t{looks} + 1) * options_.interval;  // of type int it might overflow
  whole.first_epoch = from;
  whole.last_epoch = static_cast<int>(std::min<std::int64_t>(next, whole.last_epoch));
  return whole;
}

std::optional<Proposal> MedianStopping::next(std::optional<TrialId> new_trial) const {
  if (!going_on_.empty()) return Proposal{going_on_.front()};
  auto proposal = scheduler_->next(new_trial);
  if (proposal) proposal->slot = cut(proposal->slot, proposal->slot.first_epoch);
  return proposal;
}

// The slot inside whose first part this is, if it may be given out now.
std::optional<Slot> MedianStopping::whole_of(const Slot& part, TrialId parent) const {
  for (const RungStatus& rung : scheduler_->rungs()) {
    if (rung.iteration != part.iteration || rung.bracket != part.bracket || rung.rung != part.rung) continue;
    Slot whole = part;
    whole.last_epoch = rung.epoch;
    if (cut(whole, part.first_epoch) == part && scheduler_->expects(whole, parent)) return whole;
  }
  return std::nullopt;
}

bool MedianStopping::expects(const Slot& slot, TrialId parent) const {
  if (std::find(going_on_.begin(), going_on_.end(), slot) != going_on_.end()) return parent < 0;
  return !whole_.contains(slot.trial) && whole_of(slot, parent);
}

Effects MedianStopping::started(const Slot& slot) {
  if (const auto part = std::find(going_on_.begin(), going_on_.end(), slot); part != going_on_.end()) {
    going_on_.erase(part);
    return {};
  }
  const auto next = scheduler_->next(slot.trial);
  const bool is_next = next && cut(next->slot, next->slot.first_epoch) == slot;
  const Slot whole = is_next ? next->slot : whole_of(slot, next ? next->parent : -1).value();
  whole_.emplace(slot.trial, whole);
  return scheduler_->started(whole);
}

bool MedianStopping::stops(const Slot& whole, const Observation& observation) {
  const int epoch = observation.slot.last_epoch;
  if (observation.failed || observation.ended_early || !is_look(epoch)) return false;
  RunningMedian& others = scores_[epoch];
  const bool worse = static_cast<int>(others.size()) >= options_.startup && epoch < whole.last_epoch &&
                     objective_.better(others.value(), observation.score);
  others.add(observation.score);
  return worse;
}

Effects MedianStopping::observed(const Observation& observation) {
  const Slot whole = whole_.at(observation.slot.trial);
  if (stops(whole, observation)) return stop(whole, observation);
  if (!observation.failed && !observation.ended_early && observation.slot.last_epoch < whole.last_epoch) {
    going_on_.push_back(cut(whole, observation.slot.last_epoch));
    return {};
  }
  whole_.erase(whole.trial);
  Observation inside = observation;
  inside.slot = whole;
  return scheduler_->observed(inside);
}

Effects MedianStopping::stop(const Slot& whole, const Observation& observation) {
  whole_.erase(whole.trial);
  Observation inside = observation;
  inside.slot = whole;
  inside.score = std::numeric_limits<double>::quiet_NaN();
  Effects effects = scheduler_->observed(inside);
  for (RungResult& each : effects.decisions)
    if (each.slot.trial == whole.trial) each = {observation.slot, observation.score, RungDecision::stopped};
  for (Observation& each : effects.results)
    if (each.slot.trial == whole.trial) {
      each.score = observation.score;  // what it had reached is a result like others
      each.ended_early = true;
    }
  return effects;
}

}  // namespace sibyl
