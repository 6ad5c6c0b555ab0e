#pragma once

#include <cstdint>

#include "core/schedulers/scheduler.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// In which order a sampler that learns is told of results, and by when.
class ResultOrder {
 public:
  virtual ~ResultOrder() = default;

  // What comes in.
  /// The next new trial starts.
  virtual void started(TrialId trial) = 0;
  virtual void found(const HyperparametersFound& found) = 0;
  /// One of Effects::results.
  virtual void observed(const Observation& observation) = 0;
  virtual void decided(const RungResult&, const Values& /*hyperparameters*/) {}
  /// As Scheduler's.
  virtual void no_more_trials() {}
  virtual void extend(std::int64_t /*max_trials*/, int /*iterations*/) {}

  /// Tells the sampler what can be told by now. `scheduler` knows which rungs are full.
  virtual void tell(Sampler& sampler, const Scheduler& scheduler) = 0;
  /// Was it told all that the next trial may know?
  virtual bool complete() const = 0;
};

}  // namespace sibyl
