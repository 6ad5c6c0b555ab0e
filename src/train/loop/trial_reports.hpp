#pragma once

#include <exception>
#include <string>
#include <utility>

#include "sibyl/hyperparameters.hpp"
#include "sibyl/trainer.hpp"
#include "train/checkpoint/checkpoint.hpp"

namespace sibyl {

/// Carries an exception that is not the trial's fault (the report could not be sent, the checkpoint not
/// written) past the job's code. No std::exception, so that a job that catches those does not swallow it.
struct WorkerFailure {
  std::exception_ptr exception;
};

/// The way from one execution of a trial to the worker's reporter and back. Throws WorkerFailure.
class TrialReports {
 public:
  TrialReports(const Suggestion& suggestion, int execution, HyperParameters& hp, Reporter& reporter)
      : suggestion_(suggestion), execution_(execution), hp_(hp), reporter_(reporter) {}

  /// The hyperparameters that were found since it was last called.
  void found();
  /// With what the job has noted since it was last called.
  void epoch(const EpochRecord& record);
  void note(const std::string& name, const Value& value) { notes_[name] = value; }
  Values take_notes() { return std::exchange(notes_, {}); }
  /// What the reporter says; after another than go_on it is not asked again.
  Order ask();
  Order order() const { return order_; }

 private:
  const Suggestion& suggestion_;
  const int execution_;
  HyperParameters& hp_;
  Reporter& reporter_;
  Order order_ = Order::go_on;
  Values notes_;
};

}  // namespace sibyl
