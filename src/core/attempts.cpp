#include "core/attempts.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

void Attempts::tell(const Event& event) {
  const double time = time_of(event);
  if (std::holds_alternative<SweepOpened>(event) || std::holds_alternative<SweepResumed>(event))
    attempts_.push_back({.launched = {.time = time}});
  if (attempts_.empty()) return;
  Attempt& latest = attempts_.back();
  if (!std::isnan(time)) latest.last_seen = std::max(latest.last_seen, time);
  const auto ends = [&](const char* how, const std::string& reason) {
    latest.ended = time;
    latest.end = std::string(how) + ": " + reason;
  };
  if (const auto* launched = std::get_if<SweepLaunched>(&event)) {
    latest.launched = *launched;
  } else if (std::holds_alternative<EpochReported>(event)) {
    ++latest.epochs;
  } else if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    latest.trained_seconds += ended->seconds;
  } else if (const auto* closed = std::get_if<SweepClosed>(&event)) {
    ends("finished", closed->reason);
  } else if (const auto* stopped = std::get_if<SweepStopped>(&event)) {
    ends("stopped", stopped->reason);
  }
}

int Attempts::fruitless() const {
  const auto latest_good =
      std::find_if(attempts_.rbegin(), attempts_.rend(), [](const Attempt& each) { return each.trained(); });
  return static_cast<int>(latest_good - attempts_.rbegin());
}

}  // namespace sibyl
