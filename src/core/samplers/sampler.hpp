#pragma once

#include <vector>

#include "core/observation.hpp"
#include "sibyl/reports.hpp"
#include "sibyl/search_space.hpp"

namespace sibyl {

/// Values for a trial, and where they come from.
struct Sample {
  Values values;
  Origin origin;
};

/// Chooses the values of new trials. `sample` is a question: asked twice it answers the same. It may run in a
/// thread of its own (see takes_long): meanwhile nothing is told, but other questions are asked.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// For the next trial, `trial`. Called only while it is not exhausted, or where repeats are wanted.
  virtual Sample sample(TrialId trial) const = 0;
  /// Does it choose that trial's values by the results of earlier ones? If so it is told first what is known
  /// by the plan when that trial starts (see PlannedResults), in the plan's order, and the trial waits for
  /// it.
  virtual bool learns(TrialId) const { return false; }
  /// May it take a while to choose that trial's values (a model is fitted, a job is asked)?
  virtual bool takes_long(TrialId trial) const { return learns(trial); }
  /// A trial was started with these values (also told on replay).
  virtual void started(TrialId trial, const Values& values) = 0;
  // What follows is told to a sampler that learns.
  /// A trial has hyperparameters that the search space does not name, or was not given a value of.
  virtual void found(const HyperparametersFound&) {}
  /// A trial is through with a slot: with Hyperband there is one for each of its rungs.
  virtual void observed(const Observation&) {}

  /// Every configuration of the search space has been tried.
  virtual bool exhausted() const { return false; }
  /// Of a sample's hyperparameters, those that a space does not name.
  virtual std::vector<Hyperparameter> beyond(const SearchSpace& /*known*/, const Values&) const { return {}; }
};

}  // namespace sibyl
