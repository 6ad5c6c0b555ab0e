#pragma once

#include <vector>

#include "sibyl/search_space.hpp"
#include "sibyl/trial.hpp"

namespace sibyl {

/// Chooses the values of new trials. `sample` is a question: asked twice it answers the same.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// Values for the next trial, `trial`. Called only while it is not exhausted, or where repeats are wanted.
  virtual Values sample(TrialId trial) const = 0;
  /// A trial was started with these values (also told on replay).
  virtual void started(TrialId trial, const Values& values) = 0;
  /// A trial's score at the end of a slot, NaN for a failure.
  virtual void scored(TrialId, const Values&, double /*score*/) {}
  /// Every configuration of the search space has been tried.
  virtual bool exhausted() const { return false; }
  /// Of a sample's hyperparameters, those that a space does not name.
  virtual std::vector<Hyperparameter> beyond(const SearchSpace& /*known*/, const Values&) const { return {}; }
};

}  // namespace sibyl
