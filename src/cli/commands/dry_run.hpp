#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "mpi/environment.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// `--dry-run`: gathers from all ranks where they are and which device they would train on, and prints that
/// at rank 0. Collective. Throws UsageError at rank 0 when the ranks run different builds, or when
/// more workers share a GPU than `workers_per_gpu` allows (0: any number). The table has lines of at most
/// `width` columns, if it is not 0.
void dry_run(std::ostream& out, const Environment& environment, const TrainerOptions& options, Job& job,
             const std::vector<std::string>& warnings, int workers_per_gpu, int width = 0);

}  // namespace sibyl
