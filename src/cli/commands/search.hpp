#pragma once

#include "cli/options/options.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// Runs the sweep on all ranks of this MPI world: rank 0 is the oracle, the others are workers; a single rank
/// is both. Returns the exit code of this rank.
int search(int argc, char** argv, const Options& options, Job& job);

}  // namespace sibyl
