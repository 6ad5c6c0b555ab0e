#pragma once

#include <iosfwd>

#include "cli/options/options.hpp"

namespace sibyl {

/// Writes a batch script for the sweep whose options stand behind `--`, and gives it to sbatch. Returns the
/// exit code. `program`: as it was called.
int submit(std::ostream& out, const Options& options, char* program);

}  // namespace sibyl
