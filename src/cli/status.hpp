#pragma once

#include <iosfwd>

#include "cli/options.hpp"

namespace sibyl {

/// Prints how the sweep in the options' directory stands: where it runs, how far it is, what it started as
/// and when. Safe beside a running sweep. Returns an exit code for scripts: 0 it is finished; 75 it is not,
/// and resuming it helps; 1 it was given up, or its latest three starts trained nothing. Throws Error when
/// there is no sweep.
int print_status(std::ostream& out, const Options& options);

}  // namespace sibyl
