#include "sibyl/trial.hpp"

#include <algorithm>
#include <cmath>

#include "core/events.hpp"

namespace sibyl {

void TrialFacts::add(const TrialFacts& later) {
  if (later.parameters > 0) parameters = later.parameters;
  host_memory = std::max(host_memory, later.host_memory);
  device_memory = std::max(device_memory, later.device_memory);
  if (later.checkpoint_bytes > 0) checkpoint_bytes = later.checkpoint_bytes;
}

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
    case Cause::signal:
      return "signal";
    case Cause::exit_code:
      return "exit code";
    case Cause::hang:
      return "hang";
    case Cause::device_lost:
      return "device lost";
    case Cause::worker_lost:
      return "worker lost";
  }
  return "?";
}

bool may_pass(Cause cause) {
  switch (cause) {
    case Cause::none:
    case Cause::exception:
    case Cause::diverged:
    case Cause::too_large:
      return false;
    case Cause::out_of_memory:  // its neighbours on the node or the device may have had it
    case Cause::out_of_device_memory:
    case Cause::signal:
    case Cause::exit_code:
    case Cause::hang:
    case Cause::device_lost:
    case Cause::worker_lost:
      return true;
  }
  return false;
}

int Trial::epochs() const {
  int most = 0;
  for (const ExecutionResult& each : executions) most = std::max(most, each.epochs);
  return most;
}

const EndText& Trial::said() const {
  static const EndText nothing;
  return text ? *text : nothing;
}

void Trial::say(EndText what) {
  text = what.empty() ? nullptr : std::make_shared<const EndText>(std::move(what));
}

std::string Trial::cause_text() const {
  const std::string& detail = said().detail;
  return std::string(to_string(cause)) + (detail.empty() ? "" : " " + detail);
}

bool names(const std::vector<Metric>& metrics, std::string_view name) {
  return std::any_of(metrics.begin(), metrics.end(), [&](const Metric& each) { return each.name == name; });
}

double value_of(const std::vector<Metric>& metrics, std::string_view name) {
  for (const Metric& metric : metrics)
    if (metric.name == name) return metric.value;
  return std::nan("");
}

}  // namespace sibyl
