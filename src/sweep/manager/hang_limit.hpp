#pragma once

#include <vector>

#include "core/events.hpp"

namespace sibyl {

/// How long a trial may make no step before it counts as hung: ten times the median of the sweep's latest
/// epochs, and at least a minute (a checkpoint on a slow disk is no hang). Or what the user said.
class HangLimit {
 public:
  /// `fixed` seconds (`--trial-timeout`); 0: found out.
  explicit HangLimit(double fixed) : fixed_(fixed) {}
  void tell(const EpochReported& report);
  /// Infinity while nothing is known.
  double seconds() const;

 private:
  double fixed_;
  std::vector<double> latest_;  ///< seconds of epochs; the oldest is overwritten
  std::size_t next_ = 0;
};

}  // namespace sibyl
