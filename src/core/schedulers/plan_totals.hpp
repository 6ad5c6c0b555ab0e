#pragma once

#include <vector>

#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// What a plan trains if no trial fails or ends early, in closed form: for plans that are too large to be run
/// through in virtual time.
struct PlanTotals {
  double trials = 0;  ///< may be more than whole numbers hold
  double epochs = 0;
  std::vector<RungStatus> rungs = {};  ///< of the first iteration
};

}  // namespace sibyl
