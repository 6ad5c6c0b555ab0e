#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sibyl/objective.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// What a sampler can learn from another sweep.
struct WarmStart {
  std::vector<EarlierTrial> trials;
  std::string line;  ///< for people: what was taken
};

/// Of the trials of the sweep in a directory, finished or not, those that have a score and fit this space: of
/// the hyperparameters that both have (one with a choice to make among them), each value is one of this
/// space's. At most the latest 2,000 are taken. Throws UsageError where there is no sweep, its objective is
/// another one, or no trial fits.
WarmStart read_warm_start(const std::filesystem::path& directory, const SearchSpace& space,
                          const Objective& objective);

}  // namespace sibyl
