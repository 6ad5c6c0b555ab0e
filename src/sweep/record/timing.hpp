#pragma once

#include "core/launches.hpp"
#include "core/work_times.hpp"

namespace sibyl {

/// How long a sweep ran, and how much of its workers' time went into work, as analysis/README.md defines it:
/// the time between two starts of the sweep counts for nobody.
class Timing {
 public:
  void learn(const Event& event, const Consequences& consequences = {});

  /// Seconds that the sweep's starts lasted, together.
  double wall(double now) const;
  double busy_share(double now) const { return work_.busy_share(now); }
  double sampler_share(double now) const { return work_.sampler_share(now); }
  const WorkTimes& work() const { return work_; }
  const Launches& launches() const { return launches_; }
  int workers() const { return work_.workers(); }
  /// When the latest event happened, in seconds since 1970.
  double latest() const { return work_.latest(); }

 private:
  Launches launches_;
  WorkTimes work_;
};

}  // namespace sibyl
