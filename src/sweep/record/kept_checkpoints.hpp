#pragma once

#include <filesystem>
#include <vector>

#include "core/oracle/oracle.hpp"

namespace sibyl {

/// Which trials' checkpoints stay: those of trials that still go on, of the best that have ended, and of
/// those that a trial under way goes on from.
class KeptCheckpoints {
 public:
  /// `most`: of trials that have ended.
  KeptCheckpoints(std::filesystem::path folder, int most) : folder_(std::move(folder)), most_(most) {}

  /// The trial has ended. Whichever trial's checkpoint is not needed any more goes with the next
  /// delete_obsolete().
  void ended(TrialId trial, const Oracle& oracle);
  /// Looks at what lies there of trials that have ended: their deletion was cut off, they were among the best
  /// once, or a worker that was given up for dead wrote them anew.
  void find_leftovers(const Oracle& oracle);
  /// To be called once it is durable that the trials have ended: else they might have to be trained again.
  void delete_obsolete(const Oracle& oracle);

 private:
  std::filesystem::path folder_;
  int most_;
  std::vector<TrialId> kept_;  ///< that have ended: the best first
  std::vector<TrialId> obsolete_;
};

}  // namespace sibyl
