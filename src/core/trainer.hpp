#pragma once

#include <limits>

#include "core/events.hpp"

namespace sibyl {

/// What a trainer is to do with the suggestion it works on.
enum class Order : std::uint8_t {
  go_on,
  cancel,     ///< end now; the trial is over (Ending::cancelled)
  interrupt,  ///< save everything and end now; the trial goes on some other time (Ending::interrupted)
};

/// Where a trainer's reports go. The worker implements it; tests do too.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void found(HyperparametersFound found) = 0;
  virtual void epoch(EpochReported report) = 0;
  /// Cheap; asked before every step, and followed at once.
  virtual Order order() = 0;
  /// Seconds without a step after which a trial hangs; infinity where nobody knows. May change.
  virtual double longest_step() const { return std::numeric_limits<double>::infinity(); }
};

/// Trains what a suggestion says. Whatever goes wrong with the trial (an exception, NaN) is an
/// Ending::failed, not an exception: what a trainer throws means that this worker can't train at all,
/// and that the trial is for another.
class Trainer {
 public:
  virtual ~Trainer() = default;
  /// Device, device name, UUID, threads and warning of a WorkerJoined; the rest is the worker's to fill in.
  virtual WorkerJoined describe() const = 0;
  /// `worker` and `time` of what it reports and returns are the worker's to fill in.
  virtual TrialEnded train(const Suggestion& suggestion, Reporter& reporter) = 0;
  /// Why nothing more can be trained in this process, though another may still do (a CUDA context that has
  /// met a device-side assertion never works again); empty while all is well.
  virtual std::string broken() const { return {}; }
};

}  // namespace sibyl
