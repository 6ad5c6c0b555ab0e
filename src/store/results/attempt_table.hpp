#pragma once

#include "core/attempts.hpp"
#include "store/results/table.hpp"

namespace sibyl {

/// /attempts of the results file.
Table attempt_table(const std::vector<Attempt>& attempts);

}  // namespace sibyl
