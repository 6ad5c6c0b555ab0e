#include "core/oracle/planned_order.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

PlannedOrder::PlannedOrder(PlannedResults plan) : plan_(std::move(plan)) {}

void PlannedOrder::started(TrialId trial) {
  in_first_slot_.insert(trial);
  add(plan_.start_trial());
}

void PlannedOrder::extend(std::int64_t max_trials, int iterations) {
  add(plan_.extend(max_trials, iterations));
}

void PlannedOrder::add(const std::vector<PlannedResults::Step>& steps) {
  steps_.insert(steps_.end(), steps.begin(), steps.end());
}

void PlannedOrder::found(const HyperparametersFound& found) {
  found_[found.trial].push_back(found);
}

void PlannedOrder::observed(const Observation& observation) {
  const TrialId trial = observation.slot.trial;
  if (in_first_slot_.erase(trial) > 0) first_slots_.emplace(trial, observation);
}

// A trial that has ended its training early is in the higher rungs, too, where there is nothing to observe:
// so it is the decisions that tell who was in them.
void PlannedOrder::decided(const RungResult& result, const Values& hyperparameters) {
  const Slot& slot = result.slot;
  if (slot.rung == 0) return;
  rungs_[{slot.iteration, slot.bracket, slot.rung}].push_back(
      {.slot = slot,
       .hyperparameters = hyperparameters,
       .score = result.score,
       .failed = result.decision == RungDecision::failed});
}

void PlannedOrder::tell(Sampler& sampler, const Scheduler& scheduler) {
  while (!steps_.empty()) {
    const auto& [slot, whole_rung] = steps_.front();
    if (!(whole_rung ? tell_rung(slot, sampler, scheduler) : tell_first_slot(slot.trial, sampler))) return;
    steps_.pop_front();
  }
}

bool PlannedOrder::tell_first_slot(TrialId trial, Sampler& sampler) {
  const auto observation = first_slots_.find(trial);
  if (observation == first_slots_.end()) return false;
  if (const auto found = found_.extract(trial))
    for (const HyperparametersFound& each : found.mapped()) sampler.found(each);
  sampler.observed(observation->second);
  first_slots_.erase(observation);
  return true;
}

bool PlannedOrder::tell_rung(const Slot& slot, Sampler& sampler, const Scheduler& scheduler) {
  const auto rung = scheduler.rung(slot);
  if (!rung || !rung->full()) return false;
  auto trials = rungs_.extract(Rung{slot.iteration, slot.bracket, slot.rung});
  if (!trials) return true;  // none was left for it
  std::sort(trials.mapped().begin(), trials.mapped().end(),
            [](const Observation& a, const Observation& b) { return a.slot.trial < b.slot.trial; });
  for (const Observation& each : trials.mapped()) sampler.observed(each);
  return true;
}

}  // namespace sibyl
