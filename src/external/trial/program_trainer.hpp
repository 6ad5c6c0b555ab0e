#pragma once

#include <memory>
#include <string>

#include "external/program/guarded_program.hpp"
#include "external/program/visible_device.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// Trains by starting a program: for each execution of each suggestion anew, or once for all of them.
class ProgramTrainer : public Trainer {
 public:
  /// Throws Error where the program or its device is not there.
  explicit ProgramTrainer(TrainerOptions options);

  WorkerJoined describe() const override;
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override;

 private:
  TrainerOptions options_;
  std::string score_;  ///< see PrintedScores
  VisibleDevice device_;
  std::unique_ptr<GuardedProgram> kept_;
};

}  // namespace sibyl
