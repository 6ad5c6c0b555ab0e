#pragma once

#include <vector>

#include "sibyl/trial.hpp"

namespace sibyl {

/// Rows of failed trials, in the order of the trials' numbers and not of their ends: many workers see many
/// quick failures before the first trial that takes its time has a score, and one worker sees none of that. A
/// trial that is still under way, or has a score, ends a row on either side.
class FailureRows {
 public:
  struct Row {
    TrialId first = 0;
    int length = 0;
  };
  /// The trial failed; the row that it is in now.
  Row add(TrialId trial);
  /// Those before count no more.
  void forget() { lengths_.clear(); }

 private:
  int at(TrialId trial) const;

  std::vector<int> lengths_;  ///< by trial: of the row, at its first and its last trial; 0: in none
};

}  // namespace sibyl
