#include "core/schedulers/hyperband/totals.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

namespace {

// Rungs of a bracket that gets so many trials; a promotion needs a place and a trial.
std::vector<RungStatus> filled(const std::vector<RungPlan>& plan, int s, double starters) {
  std::vector<RungStatus> rungs;
  for (const RungPlan& rung : plan) {
    const int first_epoch = rungs.empty() ? 0 : rungs.back().epoch;
    const auto trials = static_cast<std::int64_t>(std::min(static_cast<double>(rung.trials), starters));
    rungs.push_back({0, s, static_cast<int>(rungs.size()), first_epoch, rung.epoch, trials, 0, 0});
  }
  return rungs;
}

}  // namespace

PlanTotals totals(const HyperbandOptions& options, double max_trials) {
  const int s_max = largest_bracket(options.max_epochs, options.eta);
  // An iteration of at most so many trials, added to the sum so many times.
  PlanTotals sum;
  const auto add = [&](double left, double times, bool keep) {
    for (int s = s_max; s >= 0; --s) {
      const auto rungs = filled(plan_bracket(options.max_epochs, options.eta, s), s, left);
      left -= static_cast<double>(rungs.front().expected);
      sum.trials += times * static_cast<double>(rungs.front().expected);
      for (const RungStatus& rung : rungs) sum.epochs += times * static_cast<double>(rung.epochs());
      if (keep) sum.rungs.insert(sum.rungs.end(), rungs.begin(), rungs.end());
    }
  };
  add(max_trials, 1, true);
  const double each = sum.trials;  // all of an iteration, if there are trials left
  if (each >= max_trials) return sum;
  const double whole = std::min(std::floor(max_trials / each), static_cast<double>(options.iterations));
  add(max_trials, whole - 1, false);
  if (whole < options.iterations) add(max_trials - whole * each, 1, false);
  return sum;
}

}  // namespace sibyl
