#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// One start of the sweep: the first, or one that took it up again.
struct Launch {
  SweepLaunched launched;                                   ///< `time` is when it began
  double last_seen = 0;                                     ///< when its latest event happened
  double ended = std::numeric_limits<double>::quiet_NaN();  ///< while it runs, and if it was killed
  SweepEnd end = SweepEnd::none;
  std::string reason = {};     ///< of its end
  std::int64_t epochs = 0;     ///< that were reported in it
  double trained_seconds = 0;  ///< of all workers together, on pieces of work that ended
  bool trained() const { return epochs > 0 || trained_seconds > 0; }
};

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
