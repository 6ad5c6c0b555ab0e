#include "core/launches.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

bool came_to_nothing(const std::string& end) {
  return end.starts_with(given_up) || end.starts_with(failed_sweep);
}

std::string end_of(const SweepStopped& stopped) {
  return came_to_nothing(stopped.reason) ? stopped.reason : "stopped: " + stopped.reason;
}

std::string state_after(const std::string& end) {
  if (end.starts_with("finished")) return end;
  return (end.empty() ? "not finished" : end) + (came_to_nothing(end)
                                                     ? "; mend the reason and continue it with --resume"
                                                     : "; continue it with --resume");
}

void Launches::tell(const Event& event) {
  const double time = time_of(event);
  if (std::holds_alternative<SweepOpened>(event) || std::holds_alternative<SweepResumed>(event))
    launches_.push_back({.launched = {.time = time}});
  if (launches_.empty()) return;
  Launch& latest = launches_.back();
  if (!std::isnan(time)) latest.last_seen = std::max(latest.last_seen, time);
  const auto ends = [&](std::string how) {
    latest.ended = time;
    latest.end = std::move(how);
  };
  if (const auto* launched = std::get_if<SweepLaunched>(&event)) {
    latest.launched = *launched;
  } else if (std::holds_alternative<EpochReported>(event)) {
    ++latest.epochs;
  } else if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    latest.trained_seconds += ended->seconds;
  } else if (const auto* closed = std::get_if<SweepClosed>(&event)) {
    ends("finished: " + closed->reason);
  } else if (const auto* stopped = std::get_if<SweepStopped>(&event)) {
    ends(end_of(*stopped));
  }
}

int Launches::fruitless() const {
  const auto latest_good =
      std::find_if(launches_.rbegin(), launches_.rend(), [](const Launch& each) { return each.trained(); });
  return static_cast<int>(latest_good - launches_.rbegin());
}

}  // namespace sibyl
