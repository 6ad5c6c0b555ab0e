#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// How the reason of a SweepStopped begins where nobody asked for the stop.
inline constexpr const char* given_up = "given up: ";
inline constexpr const char* failed_sweep = "failed: ";

/// One start of the sweep: the first, or one that took it up again.
struct Launch {
  SweepLaunched launched;                                   ///< `time` is when it began
  double last_seen = 0;                                     ///< when its latest event happened
  double ended = std::numeric_limits<double>::quiet_NaN();  ///< while it runs, and if it was killed
  /// "finished: WHY", "stopped: WHY" (on request), "given up: WHY" or "failed: WHY" (done, and no trial has a
  /// model to show for it); empty while it runs, and if it was killed.
  std::string end = {};
  std::int64_t epochs = 0;     ///< that were reported in it
  double trained_seconds = 0;  ///< of all workers together, on pieces of work that ended
  bool trained() const { return epochs > 0 || trained_seconds > 0; }
  bool finished() const { return end.starts_with("finished"); }
};

/// Is that the end of a launch that came to nothing, so that a resume helps only once the reason is mended?
bool came_to_nothing(const std::string& end);
/// Of a launch that ended so: "stopped: WHY", or the reason alone where it says what came of the sweep.
std::string end_of(const SweepStopped& stopped);
/// How a sweep stands whose latest launch has this `end`, and what to do about it.
std::string state_after(const std::string& end);

/// The starts of a sweep, from its events.
class Launches {
 public:
  void tell(const Event& event);
  const std::vector<Launch>& all() const { return launches_; }
  /// How many of the latest ones, one after the other, trained nothing at all.
  int fruitless() const;

 private:
  std::vector<Launch> launches_;
};

}  // namespace sibyl
