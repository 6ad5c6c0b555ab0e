#include "core/schedulers/hyperband/bracket.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sibyl {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t power(std::int64_t base, int exponent) {
  std::int64_t result = 1;
  for (; exponent > 0; --exponent) result *= base;
  return result;
}

}  // namespace

int largest_bracket(int max_epochs, int eta) {
  int s = 0;
  for (std::int64_t x = eta; x <= max_epochs; x *= eta) ++s;
  return s;
}

std::vector<RungPlan> plan_bracket(int max_epochs, int eta, int s) {
  const int s_max = largest_bracket(max_epochs, eta);
  const std::int64_t starters = ceil_div((s_max + 1) * power(eta, s), s + 1);
  std::vector<RungPlan> rungs;
  for (int i = 0; i <= s; ++i)
    rungs.push_back({starters / power(eta, i), static_cast<int>(ceil_div(max_epochs, power(eta, s - i)))});
  return rungs;
}

Bracket::Bracket(std::vector<RungPlan> plan, int iteration, int index, Objective objective) {
  for (const RungPlan& rung : plan) {
    const int first_epoch = rungs_.empty() ? 0 : rungs_.back().status.epoch;
    const RungStatus status{iteration, index, rungs(), first_epoch, rung.epoch, rung.trials, 0, 0};
    rungs_.push_back({status, rung.trials, 0, 0, std::set<Waiting, BestFirst>(BestFirst{objective})});
  }
}

Slot Bracket::slot(TrialId trial, int rung) const {
  const RungStatus& status = rungs_[rung].status;
  return {trial, status.iteration, status.bracket, rung, status.first_epoch, status.epoch};
}

bool Bracket::expects(const Slot& asked) const {
  if (asked.rung < 0 || asked.rung >= rungs() || asked != slot(asked.trial, asked.rung)) return false;
  return asked.rung == 0 ? unstarted() > 0 : ready_.contains({-asked.rung, asked.trial});
}

void Bracket::started(const Slot& slot) {
  ++rungs_[slot.rung].started;
  ready_.erase({-slot.rung, slot.trial});
}

void Bracket::observed(const Observation& observation, std::vector<RungResult>& decisions) {
  const Slot& slot = observation.slot;
  arrive(slot.rung, Waiting{{observation.score, slot.trial}, observation.ended_early}, observation.failed,
         decisions);
  settle(slot.rung, decisions);
}

// A trial is through with a rung.
void Bracket::arrive(int index, const Waiting& trial, bool failed, std::vector<RungResult>& decisions) {
  Rung& rung = rungs_[index];
  ++rung.status.ended;
  if (std::isnan(trial.score)) {
    ++rung.out;
    rung.status.failed += failed;
    decisions.push_back(
        {slot(trial.trial, index), trial.score, failed ? RungDecision::failed : RungDecision::stopped});
  } else if (is_last(index)) {
    decisions.push_back({slot(trial.trial, index), trial.score, RungDecision::completed});
  } else {
    rung.waiting.insert(trial);
  }
}

// Decides what has become certain in a rung, and so on upwards.
void Bracket::settle(int index, std::vector<RungResult>& decisions) {
  for (; !is_last(index); ++index) {
    Rung& rung = rungs_[index];
    Rung& next = rungs_[index + 1];
    const std::int64_t places = next.places;
    next.status.expected = std::min(places, rung.status.expected - rung.out);

    // All trials still out may come before any of those that wait: this many of the best can't be pushed out.
    const std::int64_t certain = places - (rung.status.expected - rung.status.ended);
    while (rung.promoted < certain && !rung.waiting.empty()) {
      const Waiting best = rung.waiting.extract(rung.waiting.begin()).value();
      ++rung.promoted;
      decisions.push_back({slot(best.trial, index), best.score, RungDecision::promoted});
      if (best.ended_early) {  // it has ended its training: there is nothing to train in the next rung
        ++next.started;
        arrive(index + 1, best, false, decisions);
      } else {
        ready_.insert({-(index + 1), best.trial});
      }
    }
    // And these have as many better ones before them as there are places.
    while (rung.promoted + static_cast<std::int64_t>(rung.waiting.size()) > places) {
      const Waiting worst = rung.waiting.extract(std::prev(rung.waiting.end())).value();
      decisions.push_back({slot(worst.trial, index), worst.score, RungDecision::stopped});
    }
  }
}

void Bracket::extend(std::int64_t trials) {
  Rung& rung = rungs_.front();
  rung.places = rung.status.expected = std::max(trials, rung.started);
}

void Bracket::no_more_trials(std::vector<RungResult>& decisions) {
  rungs_[0].status.expected = rungs_[0].started;
  settle(0, decisions);
}

}  // namespace sibyl
