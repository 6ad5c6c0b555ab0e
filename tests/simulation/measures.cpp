#include "simulation/measures.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl::simulation {

void Measures::watch(double time, const Event& event, const Consequences& consequences) {
  if (const auto* report = std::get_if<EpochReported>(&event)) learn(time, *report);
  if (const auto* ended = std::get_if<TrialEnded>(&event)) seconds_[ended->trial] += ended->seconds;
  for (const auto& [slot, score, decision] : consequences.decisions) {
    Through& rung = rungs_[{slot.iteration, slot.bracket, slot.rung}];
    rung.trials.push_back({score, slot.trial});
    if (decision == RungDecision::promoted) rung.promoted.push_back(slot.trial);
  }
}

void Measures::learn(double time, const EpochReported& report) {
  int& trained = trained_[report.trial];
  epochs_ += report.epoch - trained;
  trained = report.epoch;
  const double loss = report.metrics.front().value;
  if (!(loss < best_)) return;
  best_ = loss;
  new_bests_.push_back({epochs_, time, loss - least_});
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
    ranking.resize(through.promoted.size());
    for (const TrialId trial : through.promoted)
      wrong += std::none_of(ranking.begin(), ranking.end(),
                            [&](const Ranked& each) { return each.trial == trial; });
  }
  return wrong;
}

double Measures::longest_trial() const {
  double longest = 0;
  for (const auto& [trial, seconds] : seconds_) longest = std::max(longest, seconds);
  return longest;
}

}  // namespace sibyl::simulation
