#pragma once

#include <iosfwd>

#include "cli/options.hpp"

namespace sibyl {

/// What the sweep would train: brackets, rungs, trials, epochs, and how long it takes if all epochs last
/// alike. The figures come from a run of the whole sweep in virtual time, through the oracle and the sampler
/// that ship. Its table has lines of at most `width` columns, if that is not 0.
void print_plan(std::ostream& out, const Options& options, const SearchSpace& space,
                const Objective& objective, std::int64_t checkpoint_bytes, int width = 0);

}  // namespace sibyl
