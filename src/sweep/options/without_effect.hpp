#pragma once

#include <set>
#include <string>
#include <vector>

#include "sweep/options/sweep_options.hpp"

namespace sibyl {

/// For people: which of the options that were typed this sweep makes no use of, and what would; a line each.
std::vector<std::string> without_effect(const SweepOptions& options, const std::set<std::string>& typed);

}  // namespace sibyl
