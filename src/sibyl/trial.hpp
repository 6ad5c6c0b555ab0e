#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// Trials are numbered 0, 1, 2, ... in the order in which they are first started.
using TrialId = std::int64_t;

enum class TrialStatus : std::uint8_t {
  running,    ///< on a worker
  paused,     ///< has reached its rung, waits for the decision or for a worker
  completed,  ///< ended its training: at the last epoch, or by early stopping
  stopped,    ///< ended by the scheduler: not promoted, or cancelled
  failed,
};
std::string_view to_string(TrialStatus status);

/// How the training that a suggestion asked for ended.
enum class Ending : std::uint8_t {
  reached,        ///< trained to the suggestion's last epoch
  early_stopped,  ///< no improvement for `patience` epochs: the trial's score is final
  cancelled,      ///< the manager said so
  interrupted,    ///< the sweep is being stopped; the trial goes on after a resume
  failed,         ///< see Cause
};

enum class Cause : std::uint8_t {
  none,
  exception,      ///< the job threw
  diverged,       ///< the loss or the objective is NaN or infinite
  out_of_memory,  ///< of the host
  out_of_device_memory,
  too_large,    ///< more parameters than allowed
  signal,       ///< its process was killed by one: a memory fault, an abort, somebody's kill
  exit_code,    ///< its process ended in the middle of it
  hang,         ///< it made no step for too long
  device_lost,  ///< the device no longer works in its process
  worker_lost,  ///< its worker died or can't train any more; only the last straw of a trial that outlived
                ///< several
};
std::string_view to_string(Cause cause);
/// Might the same trial do better another time, elsewhere? Not if its configuration is to blame for sure.
bool may_pass(Cause cause);

/// Which epochs of which trial are to be trained, and where they stand in the scheduler's plan. Epochs are
/// counted from 1; `first_epoch` of them are already behind the trial (0: it is new).
struct Slot {
  TrialId trial = 0;
  int iteration = 0;  ///< of Hyperband, 0, 1, ...
  int bracket = 0;    ///< s of Hyperband: s_max explores most, 0 trains all to the end
  int rung = 0;
  int first_epoch = 0;
  int last_epoch = 0;
  bool operator==(const Slot&) const = default;
};

/// Where a trial's values come from.
struct Origin {
  std::string sampler;  ///< "random", "sobol", "gp", ...; empty: nobody knows, or the scheduler chose
  /// Of the trial's score, where the sampler has a model of it; else NaN.
  double expected_mean = std::numeric_limits<double>::quiet_NaN();
  double expected_deviation = std::numeric_limits<double>::quiet_NaN();
  int expected_epoch = 0;  ///< of the score after so many epochs; 0: nobody knows
};

/// Work for a worker: train this trial from first_epoch to last_epoch.
struct Suggestion {
  Slot slot;
  Values hyperparameters;
  int executions = 1;   ///< the trial is trained this many times, each with its own random streams
  int attempt = 0;      ///< 0, then one more for each time the same slot is given out again
  TrialId parent = -1;  ///< of a new trial that goes on from another's checkpoint at first_epoch; -1: none
  Origin origin = {};   ///< of a new trial's values
};

struct Metric {
  std::string name;
  double value = 0;
  bool operator==(const Metric&) const = default;
};
bool names(const std::vector<Metric>& metrics, std::string_view name);
/// The value of a metric, NaN when it is not there.
double value_of(const std::vector<Metric>& metrics, std::string_view name);

/// How many samples of a class (row) were taken for each of the classes (column).
using ConfusionMatrix = std::vector<std::vector<std::int64_t>>;

/// What one execution of a trial has come to.
struct ExecutionResult {
  double score = std::numeric_limits<double>::quiet_NaN();  ///< of its best epoch, by the objective
  int epoch = 0;                                            ///< the best one
  int epochs = 0;                                           ///< trained so far
  double latest = std::numeric_limits<double>::quiet_NaN();
};

/// What was said when a trial's latest slot ended; most trials have nothing of it.
struct EndText {
  std::string detail;  ///< of the cause: "SIGSEGV", an exit code
  std::string message;
  std::string output;  ///< the last lines that its process printed, of a failure
  bool empty() const { return detail.empty() && message.empty() && output.empty(); }
};

/// What a trial's training takes.
struct TrialFacts {
  std::int64_t parameters = 0;        ///< numbers that its model learns; 0: not known
  std::int64_t host_memory = 0;       ///< bytes, at most; 0: not known
  std::int64_t device_memory = 0;     ///< bytes, at most; 0: none, or not known
  std::int64_t checkpoint_bytes = 0;  ///< of all its executions; 0: none
  /// Adds what is known of a later part of the training.
  void add(const TrialFacts& later);
};

/// Everything the oracle knows of a trial. A sweep of a million keeps them all: what few have is kept apart.
struct Trial {
  Slot slot;            ///< the latest
  TrialId parent = -1;  ///< whose checkpoint it went on from; -1: it began anew
  Origin origin;
  Values hyperparameters;
  TrialStatus status = TrialStatus::running;
  std::vector<ExecutionResult> executions;
  /// Mean of the executions' best, so far; a trial that fails later keeps it, for the record.
  double score = std::numeric_limits<double>::quiet_NaN();
  bool early_stopped = false;
  int first_epoch = 0;  ///< trained by its parent, by whose weights it went on
  int retries = 0;
  int attempt = 0;
  int worker = -1;     ///< the latest
  double seconds = 0;  ///< of training, over all slots
  double started = 0;  ///< seconds since 1970
  double ended = 0;    ///< 0: not yet
  Cause cause = Cause::none;
  std::shared_ptr<const EndText> text;  ///< null: nothing; see `said`
  TrialFacts facts;
  Values notes;  ///< that its job made of it, by name
  int lost = 0;  ///< workers that it was lost with
  /// Times that its process was killed, or lost its device, in its latest slot, and nobody knows why.
  int killed = 0;

  /// Trained so far, by the execution that is furthest.
  int epochs() const;
  const EndText& said() const;
  void say(EndText what);
  /// "signal SIGSEGV", "exit code 3", "diverged"; empty where nothing went wrong.
  std::string cause_text() const;
};

}  // namespace sibyl
