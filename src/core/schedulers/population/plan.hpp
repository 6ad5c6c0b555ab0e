#pragma once

#include <cstdint>
#include <vector>

#include "core/schedulers/plan_totals.hpp"
#include "core/schedulers/population/explore.hpp"

namespace sibyl {

struct PopulationOptions {
  int population = 20;        ///< trials at a time
  int max_epochs = 100;       ///< of each of them, with those of its ancestors
  int generation_epochs = 0;  ///< between two comparisons; 0: a tenth of max_epochs
  double replaced = 0.2;      ///< the share of a generation that is given up for descendants of as many best
  Exploration exploration = {};
};

namespace population {

/// Throws UsageError for options that make no plan.
void check(const PopulationOptions& options);
int generation_epochs(const PopulationOptions& options);
/// From where to where each generation is trained, by how many.
std::vector<RungStatus> generations(const PopulationOptions& options);
/// Members that are given up in each generation, if not more failed; and how many may be their parents.
std::int64_t replaced(const PopulationOptions& options);

}  // namespace population

/// What it trains if nobody fails, in closed form.
PlanTotals totals(const PopulationOptions& options, double max_trials);

}  // namespace sibyl
