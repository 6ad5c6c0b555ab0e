#pragma once

#include "sibyl/trial.hpp"

namespace sibyl {

/// What is known at a slot's end: a sampler and a scheduler learn of it by this one value. Its budget is
/// `slot.last_epoch`. A slot that was interrupted, or that is to be retried, has not ended.
struct Observation {
  Slot slot;
  Values hyperparameters = {};  ///< those that a worker found, too
  double score = 0;             ///< the trial's best so far, mean of its executions; NaN: it failed
  bool failed = false;
  /// It has ended its training by itself, or was ended (Scheduler::ends_early), so that its score stands for
  /// later rungs too.
  bool ended_early = false;
};

}  // namespace sibyl
