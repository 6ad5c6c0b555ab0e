#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "core/samplers/sampler.hpp"

namespace sibyl {

/// Random search without duplicates: each hyperparameter of each trial from its own stream, (seed, trial,
/// name). A configuration that an earlier trial had is drawn again; when a small space is more than half used
/// up, one of its unused configurations is chosen instead, so that every one is tried exactly once.
class RandomSampler : public Sampler {
 public:
  RandomSampler(SearchSpace space, std::uint64_t seed);

  Values sample(TrialId trial) const override;
  void started(TrialId trial, const Values& values) override;
  bool exhausted() const override;

 private:
  std::uint64_t key(const Values& values) const;

  SearchSpace space_;
  std::uint64_t seed_;
  std::optional<std::uint64_t> points_;
  bool never_repeats_;  ///< every configuration has a continuous value: no two are alike
  std::unordered_set<std::uint64_t> used_;
  std::vector<std::uint64_t> unused_;  ///< places in the space, once more than half of it is used
};

}  // namespace sibyl
