#pragma once

#include <functional>
#include <memory>

#include "sibyl/trainer.hpp"
#include "sweep/link/link.hpp"

namespace sibyl {

struct WorkerOptions {
  int rank = 1;
  /// Compares what this rank must have in common with rank 0; throws Error that says what it has not. `go_on`
  /// as in `make_trainer`.
  std::function<void(const Begin& rank_0, const std::function<bool()>& go_on)> check_in = [](const Begin&,
                                                                                             const auto&) {};
  /// Makes the trainer. It is given a function to be called again and again meanwhile, if that takes long:
  /// false says that there is no need any more. What it throws is told to the manager as the reason why this
  /// worker can't train.
  std::function<std::unique_ptr<Trainer>(const std::function<bool()>& go_on)> make_trainer;
  /// Turns true when this rank is told to stop (a signal): it saves what it trains and takes no more.
  std::function<bool()> told_to_stop = [] { return false; };
  /// Does this thread come back from the trainer every second? Then it says so, and its death is noticed. (A
  /// trainer in this process may be within one step for a minute.)
  bool heartbeats = false;
};

/// How a worker's life ended.
enum class WorkerEnd {
  quit,     ///< all ranks leave MPI together
  at_once,  ///< leave without MPI's own end: a rank was lost, and it would wait for it
};

/// A worker's life: waits for Begin, makes its trainer, joins, trains what it is given, until it is told to
/// quit, or the manager (rank 0) has not been heard of for two minutes.
WorkerEnd run_worker(Link& link, const WorkerOptions& options);

}  // namespace sibyl
