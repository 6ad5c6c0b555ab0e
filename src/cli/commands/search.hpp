#pragma once

#include <string>

#include "cli/options/options.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// Runs the sweep on all ranks of this MPI world: rank 0 is the oracle, the others are workers; a single rank
/// is both. Returns the exit code of this rank.
int search(int argc, char** argv, const Options& options, Job& job);

/// The job's search space with what `--set` fixes, and the objective that the options or the job name.
SearchSpace search_space(const Options& options, Job& job);
Objective objective(const Options& options, const Job& job);

}  // namespace sibyl
