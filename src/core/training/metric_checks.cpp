#include "core/training/metric_checks.hpp"

#include <algorithm>
#include <cmath>

#include "base/nearest.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

void require(const std::string& what, const std::string& option, const std::string& metric,
             const std::vector<Metric>& metrics) {
  if (names(metrics, metric)) return;
  std::vector<std::string> there;
  std::string list;
  for (const Metric& each : metrics) {
    if (is_of_training(each)) continue;
    there.push_back(each.name);
    list += (list.empty() ? "" : ", ") + each.name;
  }
  throw Error(what + " is " + metric + did_you_mean(metric, there) + ", but an epoch has only " + list +
              ". Take one of these as " + option + ", or measure it (metrics(), a validation split).");
}

}  // namespace

void require_measured(const TrainerOptions& options, const std::vector<Metric>& metrics) {
  require("The objective", "--objective", options.objective.metric, metrics);
  require("What early stopping goes by", "--monitor", options.monitored().metric, metrics);
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
