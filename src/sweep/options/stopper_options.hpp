#pragma once

#include "sweep/options/sweep_options.hpp"

namespace sibyl {

/// Rows of sweep_option_table(): those that end a sweep for good before its plan is done.
OptionTable<SweepOptions> stopper_options();

}  // namespace sibyl
