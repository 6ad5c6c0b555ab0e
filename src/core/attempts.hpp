#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// One start of the sweep: the first, or one that took it up again.
struct Attempt {
  SweepLaunched launched;                                   ///< `time` is when it began
  double last_seen = 0;                                     ///< when its latest event happened
  double ended = std::numeric_limits<double>::quiet_NaN();  ///< while it runs, and if it was killed
  std::string end = {};     ///< "finished: WHY" or "stopped: WHY"; empty while it runs, and if it was killed
  std::int64_t epochs = 0;  ///< that were reported in it
  double trained_seconds = 0;  ///< of all workers together, on pieces of work that ended
  bool trained() const { return epochs > 0 || trained_seconds > 0; }
};

/// The starts of a sweep, from its events.
class Attempts {
 public:
  void tell(const Event& event);
  const std::vector<Attempt>& all() const { return attempts_; }
  /// How many of the latest ones, one after the other, trained nothing at all.
  int fruitless() const;

 private:
  std::vector<Attempt> attempts_;
};

}  // namespace sibyl
