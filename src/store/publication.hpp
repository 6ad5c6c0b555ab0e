#pragma once

#include <algorithm>
#include <limits>

namespace sibyl {

/// Decides when the results file is to be published next: not more often than every few seconds, and so that
/// all publishing takes at most a small share of the time, however large the file becomes. Pure: the time is
/// an argument, in seconds of a clock that does not jump.
class Publication {
 public:
  explicit Publication(double interval = 3, double share = 0.01) : interval_(interval), share_(share) {}

  /// The first one is due at once, so that there is a file to look at.
  bool due(double now) const { return now >= next_; }
  /// When the next one is due, for a loop that wants to sleep until then.
  double next() const { return next_; }
  /// It was published, or tried in vain, from `began` to `ended`.
  void done(double began, double ended) { next_ = ended + std::max(interval_, (ended - began) / share_); }

 private:
  double interval_;
  double share_;
  double next_ = -std::numeric_limits<double>::infinity();
};

}  // namespace sibyl
