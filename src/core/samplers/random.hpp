#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "core/samplers/registry.hpp"
#include "core/space/configurations.hpp"

namespace sibyl {

/// Random search without duplicates: each hyperparameter of each trial from its own stream, (seed, trial,
/// name). A configuration that an earlier trial had is drawn again; when a small space is more than half used
/// up, one of its unused configurations is chosen instead, so that every one is tried exactly once.
class RandomSampler : public RandomSearch {
 public:
  RandomSampler(SearchSpace space, std::uint64_t seed);

  Sample sample(TrialId trial) const override;
  std::optional<Values> if_untried(const Values& values, TrialId trial) const override;
  std::optional<std::uint64_t> untried() const override;
  void started(TrialId trial, const Values& values) override;
  bool exhausted() const override;

 private:
  Values choose(TrialId trial) const;
  std::optional<std::uint64_t> key(const Values& values) const;
  void list_unused();

  SearchSpace space_;
  std::uint64_t seed_;
  bool never_repeats_;  ///< every configuration has a continuous value: no two are alike
  Configurations configurations_;
  std::optional<std::uint64_t> points_;
  std::unordered_set<std::uint64_t> used_;   ///< keys: places in a space that can be counted, else hashes
  std::vector<std::uint64_t> unused_;        ///< places, once more than half of a small space is used
  std::vector<std::uint32_t> among_unused_;  ///< by place: where it stands in unused_
};

SamplerKind random_sampler();

}  // namespace sibyl
