#pragma once

#include <cstdint>
#include <vector>

#include "core/schedulers/hyperband.hpp"

namespace sibyl {

/// What a plan trains if no trial fails or ends early, in closed form: for plans that are too large to be run
/// through in virtual time.
struct PlanTotals {
  double trials = 0;  ///< may be more than whole numbers hold
  double epochs = 0;
  std::vector<RungStatus> rungs;  ///< of the first iteration
};

/// `max_trials`: new trials that there are at most; they fill the brackets in order.
PlanTotals totals(const HyperbandOptions& options, double max_trials);
/// Every trial to the last epoch.
PlanTotals totals(int max_epochs, double trials);

}  // namespace sibyl
