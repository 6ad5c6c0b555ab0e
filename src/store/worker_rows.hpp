#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/events.hpp"
#include "store/table.hpp"

namespace sibyl {

/// The rows of /workers, one for each time that a worker joined: which device it had, and how busy it was.
/// Rows of an earlier start of the sweep end with the last sign of life of that start, so that the time
/// between two starts counts for nobody.
class WorkerRows {
 public:
  void tell(const WorkerJoined& event);
  void tell(const TrialStarted& event);
  void tell(const EpochReported& event);
  void tell(const TrialEnded& event);
  void tell(const SweepClosed& event) { leave(event.time); }
  void tell(const SweepStopped& event) { leave(event.time); }
  void tell(const WorkerLeft& event);
  /// The start before has ended, at the latest with the last sign of life of its workers.
  void tell(const SweepResumed& event);
  void tell(const auto&) {}

  Table table(double now) const;

 private:
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  struct Row {
    WorkerJoined joined;
    double busy = 0;
    std::int64_t trials = 0;
    double working_since = none;  ///< while it has a suggestion
    double last_seen = 0;
    double left = none;  ///< while it is there
    std::string reason;  ///< for which it left before the others
    double idle(double now) const;
  };
  void leave(double time);
  /// The latest of that number; none if it never joined.
  Row* find(int worker);

  std::vector<Row> rows_;
};

}  // namespace sibyl
