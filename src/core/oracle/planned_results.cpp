#include "core/oracle/planned_results.hpp"

namespace sibyl {

// By simulation of trials whose speeds differ by lognormal factors, sigma .5 (see the tests of law 5).
int default_width(int workers, bool several_budgets) {
  if (workers <= 1) return 1;
  if (workers <= 8) return 3 * workers;
  return (several_budgets ? 6 : 4) * workers;
}

PlannedResults::PlannedResults(std::unique_ptr<Scheduler> plan, int width)
    : plan_(std::move(plan)), free_(width) {
  count_trials();
}

void PlannedResults::count_trials() {
  const auto size = plan_->planned();
  trials_ = size ? std::optional(size->trials) : std::nullopt;
}

std::vector<PlannedResults::Step> PlannedResults::start_trial() {
  if (const auto proposal = plan_->next(next_trial_)) start(proposal->slot);
  return advance();
}

// To where the next new trial starts: until then workers end slots, and take those of trials that go on.
std::vector<PlannedResults::Step> PlannedResults::advance() {
  std::vector<Step> steps;
  while (!trials_ || next_trial_ < *trials_) {
    const auto proposal = free_ > 0 ? plan_->next(next_trial_) : std::nullopt;
    if (proposal && proposal->slot.trial == next_trial_) break;
    if (!proposal && running_.empty()) break;
    if (proposal)
      start(proposal->slot);
    else if (auto step = end_one())
      steps.push_back(*step);
  }
  return steps;
}

void PlannedResults::start(const Slot& slot) {
  plan_->started(slot);
  const bool first = slot.trial == next_trial_;
  running_.insert({now_ + (slot.last_epoch - slot.first_epoch), started_++, slot, first});
  --free_;
  if (first) ++next_trial_;
}

std::optional<PlannedResults::Step> PlannedResults::end_one() {
  const Running ended = running_.extract(running_.begin()).value();
  const Slot& slot = ended.slot;
  now_ = ended.end;
  ++free_;
  plan_->observed({.slot = slot});
  const auto rung = plan_->rung(slot);
  if (ended.first) return Step{slot};
  if (rung && rung->full()) return Step{slot, true};
  return std::nullopt;
}

void PlannedResults::no_more_trials() {
  plan_->no_more_trials();
  count_trials();
}

std::vector<PlannedResults::Step> PlannedResults::extend(std::int64_t max_trials, int iterations) {
  plan_->extend(max_trials, iterations);
  count_trials();
  return advance();
}

}  // namespace sibyl
