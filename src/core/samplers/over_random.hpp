#pragma once

#include <memory>
#include <utility>

#include "core/samplers/random_search.hpp"

namespace sibyl {

/// A sampler with random search beside it, which knows what is new and chooses where the sampler does not. A
/// question that is asked again costs nothing.
class OverRandom : public Sampler {
 public:
  Sample sample(TrialId trial) const final {
    if (!latest_ || latest_->first != trial) latest_.emplace(trial, choose(trial));
    return latest_->second;
  }
  bool takes_long(TrialId trial) const override { return learns(trial) || random_->takes_long(trial); }
  void started(TrialId trial, const Values& values) override {
    latest_.reset();
    random_->started(trial, values);
  }
  void found(const HyperparametersFound& found) override { random_->found(found); }
  void observed(const Observation& observation) override {
    latest_.reset();
    random_->observed(observation);
  }
  bool exhausted() const override { return random_->exhausted(); }
  std::vector<Hyperparameter> beyond(const SearchSpace& known, const Values& values) const override {
    return random_->beyond(known, values);
  }

 protected:
  explicit OverRandom(std::unique_ptr<RandomSearch> random) : random_(std::move(random)) {}
  const RandomSearch& random() const { return *random_; }

 private:
  virtual Sample choose(TrialId trial) const = 0;

  std::unique_ptr<RandomSearch> random_;
  mutable std::optional<std::pair<TrialId, Sample>> latest_;
};

}  // namespace sibyl
