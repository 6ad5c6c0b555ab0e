#pragma once

#include <iosfwd>

#include "cli/options/options.hpp"

namespace sibyl {

/// Prints how the sweep in the options' directory stands: where it runs, how far it is, what it started as
/// and when; of several directories, a line each. Safe beside a running sweep. Lines have at most `width`
/// columns, if it is not 0. Returns an exit code for scripts: 0 it is finished; 75 it is not, and resuming it
/// helps; 1 it was given up, has failed, or its latest three starts trained nothing; of several sweeps, the
/// worst. Throws Error when there is no sweep.
int print_status(std::ostream& out, const Options& options, int width);

}  // namespace sibyl
