#pragma once

#include <map>
#include <set>
#include <string>

#include "core/events.hpp"

namespace sibyl {

/// Finds out which worker's device (or node) is to blame for failures, rather than the trials it was given.
///
/// Two signs: the device was lost three times in a row; or so many trials in a row failed there that this is
/// chance with a probability below 1e-6, if each failed as often as trials fail on the other workers
/// ((failures + 1) / (trials + 2) of them, Laplace's rule). In a sweep where most configurations break nobody
/// is blamed for it. A trial that fails there again and again counts once in the row: it may be its own
/// fault. Before any trial has ended on another worker there is nothing to compare with, and only a lost
/// device counts; a lone worker whose trials all fail is a matter for --max-consecutive-failures.
class WorkerHealth {
 public:
  /// A piece of work ended. Why this worker should get no more, in words for people; empty while it may.
  std::string tell(const TrialEnded& ended);

 private:
  struct Record {
    int trials = 0;
    int failures = 0;
    std::set<TrialId> failed_in_a_row;
    int losses_in_a_row = 0;  ///< of the device
  };
  std::map<int, Record> workers_;
};

}  // namespace sibyl
