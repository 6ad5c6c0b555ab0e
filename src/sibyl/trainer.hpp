#pragma once

#include <limits>

#include "sibyl/error.hpp"
#include "sibyl/reports.hpp"

namespace sibyl {

/// What a trainer is to do with the suggestion it works on.
enum class Order : std::uint8_t {
  go_on,
  cancel,     ///< end now; the trial is over (Ending::cancelled)
  interrupt,  ///< save everything and end now; the trial goes on some other time (Ending::interrupted)
};

/// This worker can't train any more: its device is gone, no process can be started, its disk is full. The
/// trial is not to blame; it is for another worker.
class WorkerCannotTrain : public Error {
 public:
  using Error::Error;
};

/// Where a trainer's reports go. The worker implements it; tests do too.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void found(HyperparametersFound found) = 0;
  virtual void epoch(EpochReported report) = 0;
  /// Cheap; asked before every step, and followed at once.
  virtual Order order() = 0;
  /// The same while somebody else is waited for: that it is asked is no sign that the trial makes steps.
  virtual Order order_while_waiting() { return order(); }
  /// Seconds without a step after which a trial hangs; infinity where nobody knows. May change.
  virtual double step_limit() const { return std::numeric_limits<double>::infinity(); }
};

/// Trains what a suggestion says. What goes wrong with the trial (NaN, say) is an Ending::failed; an
/// exception means the same, unless it is WorkerCannotTrain.
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

/// As Trainer::train, but every exception other than WorkerCannotTrain has become the trial's failure: a bad
/// trial costs that trial alone. The result is the suggestion's, whatever the trainer filled in.
TrialEnded train_trial(Trainer& trainer, const Suggestion& suggestion, Reporter& reporter);

}  // namespace sibyl
