#pragma once

#include "sibyl/random.hpp"
#include "sibyl/search_space.hpp"

namespace sibyl {

/// How a descendant's hyperparameters differ from its parent's (Jaderberg et al. 2017, section 4.1.1).
struct Exploration {
  double resampling = 0.25;  ///< so often a value is drawn anew ...
  double up = 1.2;           ///< ... else a number is multiplied by one of these, and an ordered choice's
  double down = 0.8;         ///< value takes the place of a neighbour
};

/// The values of a descendant: those of its parent, but for what may change in training
/// (Hyperparameter::may_change). Each is in its domain, and a number with steps moves by one at least. What
/// only the new values make active is drawn; what they make inactive is left out.
Values explored(const SearchSpace& space, const Values& parent, const Exploration& exploration,
                std::uint64_t seed, std::int64_t generation, std::int64_t member);

}  // namespace sibyl
