#pragma once

#include <iosfwd>

#include "cli/options/options.hpp"

namespace sibyl {

/// `submit`: writes the script for the sweep whose options stand behind `--` into the sweep's directory,
/// hands it to sbatch, and says in five lines what became of it; with --dry-run it only shows the script.
/// Returns an exit code. Throws UsageError for what can't be meant, Error when sbatch refuses. `program`: as
/// it was called.
int submit(std::ostream& out, const Options& options, char* program);

}  // namespace sibyl
