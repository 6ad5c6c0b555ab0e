#include "core/trial.hpp"

#include <cmath>

#include "core/events.hpp"

namespace sibyl {

std::string_view to_string(TrialStatus status) {
  switch (status) {
    case TrialStatus::running:
      return "running";
    case TrialStatus::paused:
      return "paused";
    case TrialStatus::completed:
      return "completed";
    case TrialStatus::stopped:
      return "stopped";
    case TrialStatus::failed:
      return "failed";
  }
  return "?";
}

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "";
    case Cause::exception:
      return "exception";
    case Cause::diverged:
      return "diverged";
    case Cause::out_of_memory:
      return "out of memory";
    case Cause::out_of_device_memory:
      return "out of device memory";
    case Cause::too_large:
      return "too large";
  }
  return "?";
}

std::string_view to_string(RungDecision decision) {
  switch (decision) {
    case RungDecision::promoted:
      return "promoted";
    case RungDecision::stopped:
      return "stopped";
    case RungDecision::completed:
      return "completed";
    case RungDecision::failed:
      return "failed";
  }
  return "?";
}

double value_of(const std::vector<Metric>& metrics, std::string_view name) {
  for (const Metric& metric : metrics)
    if (metric.name == name) return metric.value;
  return std::nan("");
}

}  // namespace sibyl
