#pragma once

#include "core/events.hpp"

namespace sibyl {

/// Where a trainer's reports go. The worker implements it; tests do too.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void found(HyperparametersFound found) = 0;
  virtual void epoch(EpochReported report) = 0;
  /// Should the training of the current suggestion end now? Cheap; asked before every step.
  virtual bool cancelled() = 0;
};

/// Trains what a suggestion says. Whatever goes wrong with the trial (an exception, NaN) is an
/// Ending::failed, not an exception: what a trainer throws means that this worker can't train at all.
class Trainer {
 public:
  virtual ~Trainer() = default;
  /// Device, device name, UUID, threads and warning of a WorkerJoined; the rest is the worker's to fill in.
  virtual WorkerJoined describe() const = 0;
  /// `worker` and `time` of what it reports and returns are the worker's to fill in.
  virtual TrialEnded train(const Suggestion& suggestion, Reporter& reporter) = 0;
};

}  // namespace sibyl
