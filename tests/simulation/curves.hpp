// What simulated trials learn: learning curves, and the search space whose configurations have them.
#pragma once

#include <memory>
#include <string>

#include "sibyl/sampler.hpp"

namespace sibyl::simulation {

/// For one sweep: it knows which trial has which curve once that is started.
class Curves {
 public:
  virtual ~Curves() = default;
  virtual SearchSpace space() const = 0;
  /// Random search in that space; to be asked of an oracle, once.
  virtual std::unique_ptr<RandomSearch> random_search(std::uint64_t seed) = 0;
  /// After an epoch, from 1, of a trial with such values; NaN: it has diverged.
  virtual double loss(TrialId trial, const Values& values, int epoch) const = 0;
  /// The least loss that there is, in so many epochs.
  virtual double least(int max_epochs) const = 0;
  /// Of the longest curve; 0: there is no end.
  virtual int epochs() const { return 0; }
};

/// A file's (see bench/samplers/tables.hpp) or, without a path, those of a formula, with noise from the seed.
std::unique_ptr<Curves> make_curves(const std::string& table, std::uint64_t seed);

}  // namespace sibyl::simulation
