#include "simulation/measures.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl::simulation {

void Measures::watch(double time, const Event& event, const Consequences& consequences) {
  if (const auto* started = std::get_if<TrialStarted>(&event)) {
    const Slot& slot = started->suggestion.slot;
    Known& trial = trials_.try_emplace(slot.trial, Known{.epochs = slot.first_epoch}).first->second;
    trial.slot = slot;
  }
  if (const auto* report = std::get_if<EpochReported>(&event)) learn(time, *report);
  if (const auto* ended = std::get_if<TrialEnded>(&event)) learn(*ended);
  for (const auto& [slot, score, decision] : consequences.decisions)
    if (decision == RungDecision::promoted) rung(slot).promoted.push_back(slot.trial);
}

void Measures::learn(double time, const EpochReported& report) {
  Known& trial = trials_[report.trial];
  epochs_ += report.epoch - trial.epochs;
  trial.epochs = report.epoch;
  const double loss = report.metrics.front().value;
  trial.best = std::fmin(trial.best, loss);
  if (!(loss < best_)) return;
  best_ = loss;
  new_bests_.push_back({epochs_, time, loss - least_});
}

void Measures::learn(const TrialEnded& ended) {
  Known& trial = trials_[ended.trial];
  trial.seconds += ended.seconds;
  if (ended.ending == Ending::interrupted) return;
  const double score = ended.ending == Ending::failed ? std::nan("") : trial.best;
  rung(trial.slot).trials.push_back({score, ended.trial});
}

double Measures::regret() const {
  return new_bests_.empty() ? std::nan("") : new_bests_.back().regret;
}

std::int64_t Measures::promotions() const {
  std::int64_t all = 0;
  for (const auto& [rung, through] : rungs_) all += static_cast<std::int64_t>(through.promoted.size());
  return all;
}

std::int64_t Measures::wrong_promotions() const {
  std::int64_t wrong = 0;
  for (const auto& [rung, through] : rungs_) {
    std::vector<Ranked> ranking = through.trials;
    std::sort(ranking.begin(), ranking.end(), BestFirst{{"loss", Direction::minimize}});
    ranking.resize(std::min(ranking.size(), through.promoted.size()));
    for (const TrialId trial : through.promoted)
      wrong += std::none_of(ranking.begin(), ranking.end(),
                            [&](const Ranked& each) { return each.trial == trial; });
  }
  return wrong;
}

double Measures::longest_trial() const {
  double longest = 0;
  for (const auto& [id, trial] : trials_) longest = std::max(longest, trial.seconds);
  return longest;
}

}  // namespace sibyl::simulation
