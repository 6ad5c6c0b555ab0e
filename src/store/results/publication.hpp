#pragma once

#include <algorithm>
#include <limits>

namespace sibyl {

/// Decides when the results file is to be published next: not more often than every few seconds, and, as far
/// as that leaves the file fresh, so that publishing takes at most a small share of the time. It is fresh as
/// long as what it says was true `freshest` seconds ago: a slow disk, or a moment in which it was slow, never
/// makes readers wait for longer. Pure: the time is an argument, in seconds of a clock that does not jump.
class Publication {
 public:
  explicit Publication(double interval = 3, double share = 0.01, double freshest = 10)
      : interval_(interval), share_(share), freshest_(freshest) {}

  /// The first one is due at once, so that there is a file to look at.
  bool due(double now) const { return now >= next_; }
  /// When the next one is due, for a loop that wants to sleep until then.
  double next() const { return next_; }
  /// What was known at `began` was published, or tried in vain, until `ended`.
  void done(double began, double ended) {
    const double took = ended - began;
    // The next one takes as long, and what it publishes is what is known when it begins.
    const double latest = began + freshest_ - took;
    next_ = std::max(ended, std::min(ended + std::max(interval_, took / share_), latest));
  }

 private:
  double interval_;
  double share_;
  double freshest_;
  double next_ = -std::numeric_limits<double>::infinity();
};

}  // namespace sibyl
