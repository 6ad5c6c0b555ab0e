#include "core/launches.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

void Launches::tell(const Event& event) {
  const double time = time_of(event);
  if (std::holds_alternative<SweepOpened>(event) || std::holds_alternative<SweepResumed>(event))
    launches_.push_back({.launched = {.time = time}});
  if (launches_.empty()) return;
  Launch& latest = launches_.back();
  if (!std::isnan(time)) latest.last_seen = std::max(latest.last_seen, time);
  const auto ends = [&](SweepEnd end, const std::string& reason) {
    latest.ended = time;
    latest.end = end;
    latest.reason = reason;
  };
  if (const auto* launched = std::get_if<SweepLaunched>(&event)) {
    latest.launched = *launched;
  } else if (std::holds_alternative<EpochReported>(event)) {
    ++latest.epochs;
  } else if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    latest.trained_seconds += ended->seconds;
  } else if (const auto* closed = std::get_if<SweepClosed>(&event)) {
    ends(SweepEnd::finished, closed->reason);
  } else if (const auto* stopped = std::get_if<SweepStopped>(&event)) {
    ends(stopped->end, stopped->reason);
  }
}

int Launches::fruitless() const {
  const auto latest_good =
      std::find_if(launches_.rbegin(), launches_.rend(), [](const Launch& each) { return each.trained(); });
  return static_cast<int>(latest_good - launches_.rbegin());
}

}  // namespace sibyl
