#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/samplers/random_search.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

/// What a sampler may want to know of the sweep; each takes of it what it needs.
struct SamplerSettings {
  std::uint64_t seed = 0;
  Objective objective = {};
  bool several_budgets = false;  ///< trials are compared at several epochs: the scheduler has higher rungs
  /// Only which trials wait for results is of interest, and not their values: nothing is to be modelled.
  bool rehearsal = false;
  int grid_points = 0;  ///< of each range of numbers that has more values; 0: all values
};

/// A sampler as the command line and a sweep's record know it.
struct SamplerKind {
  std::string name;  ///< of `--sampler`
  std::string help;  ///< a few words
  /// `random`: random search in that space, or in that which it exhausts. Throws UsageError where the sampler
  /// has no use for such a space.
  std::unique_ptr<Sampler> (*make)(std::unique_ptr<RandomSearch> random, const SearchSpace& space,
                                   const SamplerSettings& settings);
  bool learns = false;  ///< chooses some trials by the results of others (see Sampler::learns)
  /// Of a sampler that is through when every configuration of a space was tried: that space, made of the
  /// job's. Throws UsageError as `make`. Null: it goes on as long as it is asked.
  SearchSpace (*exhausts)(const SearchSpace& space, const SamplerSettings& settings) = nullptr;
};

/// All there are, the default first. A new one is a file beside this one, and a line in registry.cpp.
const std::vector<SamplerKind>& sampler_kinds();
/// The one of that name. Throws Error that names those there are.
const SamplerKind& sampler_kind(const std::string& name);

}  // namespace sibyl
