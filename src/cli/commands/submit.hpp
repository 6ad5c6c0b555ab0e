#pragma once

#include <iosfwd>

namespace sibyl {

/// `submit`: writes the script into the sweep's directory, hands it to sbatch, and says in five lines what
/// became of it; with --dry-run it only shows the script. Returns an exit code. Throws UsageError for what
/// can't be meant, Error when sbatch refuses.
int submit(std::ostream& out, int argc, char** argv);

}  // namespace sibyl
