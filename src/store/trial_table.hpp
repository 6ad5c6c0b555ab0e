#pragma once

#include <vector>

#include "core/objective.hpp"
#include "store/search_space_table.hpp"
#include "store/table.hpp"

namespace sibyl {

/// The rows of /trials: what the oracle knows of each, then a column `hp:NAME` for each hyperparameter of the
/// space or of any trial.
Table trial_table(const std::vector<Trial>& trials, const Objective& objective,
                  const std::vector<KnownHyperparameter>& space);

}  // namespace sibyl
