#pragma once

#include "core/launches.hpp"
#include "store/results/table.hpp"

namespace sibyl {

/// /launches of the results file.
store::Table launch_table(const std::vector<Launch>& launches);

}  // namespace sibyl
