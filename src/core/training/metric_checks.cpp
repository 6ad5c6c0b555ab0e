#include "core/training/metric_checks.hpp"

#include <algorithm>
#include <cmath>

#include "sibyl/error.hpp"

namespace sibyl {

void require_measured(const Objective& objective, const std::vector<Metric>& metrics) {
  const auto is_objective = [&](const Metric& metric) { return metric.name == objective.metric; };
  if (std::any_of(metrics.begin(), metrics.end(), is_objective)) return;
  std::string names;
  for (const Metric& metric : metrics) {
    if (!is_of_training(metric)) names += (names.empty() ? "" : ", ") + metric.name;
  }
  throw Error("The objective is " + objective.metric + ", but an epoch has only " + names +
              ". Take one of these as --objective, or measure it (metrics(), a validation split).");
}

std::string diverged(const Objective& objective, int epoch, const std::vector<Metric>& metrics) {
  for (const Metric& metric : metrics) {
    const bool counts = metric.name == "loss" || metric.name == "val_loss" || metric.name == objective.metric;
    if (counts && !std::isfinite(metric.value)) {
      return metric.name + " is " + (std::isnan(metric.value) ? "NaN" : "infinite") + " in epoch " +
             std::to_string(epoch);
    }
  }
  return {};
}

}  // namespace sibyl
