#include "core/stoppers.hpp"

#include <cmath>

#include "base/numbers.hpp"

namespace sibyl {

namespace {

std::string described(const Objective& objective, const Ranked& trial) {
  return "trial " + std::to_string(trial.trial) + " (" + objective.metric + " " + short_number(trial.score) +
         ")";
}

}  // namespace

bool Stoppers::operator==(const Stoppers& other) const {
  const bool same_target = target == other.target || (std::isnan(target) && std::isnan(other.target));
  return same_target && epochs == other.epochs && seconds == other.seconds &&
         trials_without_improvement == other.trials_without_improvement;
}

std::string target_reached(const Stoppers& stoppers, const Objective& objective, const Ranked& best) {
  if (std::isnan(stoppers.target) || !std::isfinite(best.score) ||
      objective.better(stoppers.target, best.score))
    return "";
  return "the target of " + short_number(stoppers.target) + " is reached by " + described(objective, best);
}

std::string budget_used(const Stoppers& stoppers, std::int64_t epochs, double seconds) {
  if (stoppers.epochs > 0 && epochs >= stoppers.epochs)
    return "the budget of " + quantity(stoppers.epochs, "epoch") + " is used up";
  if (stoppers.seconds > 0 && seconds >= stoppers.seconds)
    return "the time budget of " + duration(stoppers.seconds) + " is used up";
  return "";
}

void Improvement::consider(const Ranked& trial) {
  if (std::isfinite(trial.score) && better_(trial, best_)) best_ = trial;
}

std::string Improvement::given_up(int trials_without_improvement) const {
  if (trials_without_improvement <= 0 || std::isnan(best_.score) ||
      next_ - 1 - best_.trial < trials_without_improvement)
    return "";
  return "none of " + quantity(trials_without_improvement, "trial") + " after " +
         described(better_.objective, best_) + " was better";
}

}  // namespace sibyl
