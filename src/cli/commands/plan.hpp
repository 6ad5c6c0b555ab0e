#pragma once

#include <iosfwd>

#include "cli/options/options.hpp"
#include "core/space/count.hpp"

namespace sibyl {

/// What the sweep would train: brackets, rungs, trials, epochs, and how long it takes if all epochs last
/// alike. The figures come from a run of the whole sweep in virtual time, through the oracle and the sampler
/// that ship; those of a plan of more than 100,000 trials from closed forms, without the share of the time
/// that workers train. `space`: the searched one. `counted`: its configurations, of a job that says what they
/// ask for. Its table has lines of at most `width` columns, if that is not 0.
void print_plan(std::ostream& out, const Options& options, const SearchSpace& space,
                const std::optional<Counted>& counted, const Objective& objective,
                std::int64_t checkpoint_bytes, int width = 0);

}  // namespace sibyl
