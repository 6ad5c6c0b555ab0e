#pragma once

#include "cli/options/option_values.hpp"

namespace sibyl {

/// Every option that a job has, with its description.
cxxopts::Options option_list(const std::string& job);

}  // namespace sibyl
