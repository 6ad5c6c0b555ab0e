#pragma once

#include <string>

#include "sweep/options/sweep_options.hpp"

namespace sibyl {

/// `--sampler auto`: the sampler is chosen when the sweep begins, and it is that one which is recorded.
inline constexpr const char* auto_sampler = "auto";

struct ChosenSampler {
  std::string name;
  std::string reason;
};

/// By the plan and the space alone. `space`: steered_space. Random search where there are too few trials for
/// a model to say anything; gp for spaces of mostly numbers, up to 20 dimensions and 1,000 trials; else tpe.
ChosenSampler chosen_sampler(const SweepOptions& options, const SearchSpace& space);

}  // namespace sibyl
