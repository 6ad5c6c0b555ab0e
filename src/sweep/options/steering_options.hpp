#pragma once

#include "sweep/options/sweep_options.hpp"

namespace sibyl {

/// Rows of sweep_option_table(): those by which people steer a search with what they know.
OptionTable<SweepOptions> steering_options();

}  // namespace sibyl
