#pragma once

#include <vector>

#include "sibyl/search_space.hpp"
#include "sibyl/trial.hpp"
#include "store/results/table.hpp"

namespace sibyl {

/// A hyperparameter of a sweep: one it began with, or one that a trial asked for later.
struct KnownHyperparameter {
  Hyperparameter hyperparameter;
  TrialId found_by = -1;
};

/// The rows of /search_space.
store::Table search_space_table(const std::vector<KnownHyperparameter>& space);

}  // namespace sibyl
