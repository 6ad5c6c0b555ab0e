#pragma once

#include "core/schedulers/hyperband/hyperband.hpp"
#include "core/schedulers/plan_totals.hpp"

namespace sibyl {

/// `max_trials`: new trials that there are at most; they fill the brackets in order.
PlanTotals totals(const HyperbandOptions& options, double max_trials);

}  // namespace sibyl
