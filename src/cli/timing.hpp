#pragma once

#include <cstdint>
#include <map>

#include "core/events.hpp"

namespace sibyl {

/// Where the time of a sweep goes, from its events: how long it ran, and how much of its workers' time was
/// spent on training. A sweep that was stopped and resumed counts only the time in which it ran.
class Timing {
 public:
  void learn(const Event& event);

  double wall(double now) const { return past_wall_ + (running_ ? now - began_ : 0); }
  double busy(double now) const;
  /// The time that the workers were there, summed over them.
  double available(double now) const;
  double busy_share(double now) const { return available(now) > 0 ? busy(now) / available(now) : 0; }
  int workers() const { return static_cast<int>(workers_.size()); }
  std::int64_t epochs() const { return epochs_; }
  /// When the last event happened, in seconds since 1970.
  double latest() const { return latest_; }

 private:
  struct AtWork {
    double joined = 0;
    TrialId trial = -1;
    double started = 0;
  };
  void close_session();

  std::map<int, AtWork> workers_;  ///< of this session: since the sweep was last started
  bool running_ = false;
  double began_ = 0;
  double latest_ = 0;
  double past_wall_ = 0;
  double past_available_ = 0;
  double busy_ = 0;
  std::int64_t epochs_ = 0;
};

}  // namespace sibyl
