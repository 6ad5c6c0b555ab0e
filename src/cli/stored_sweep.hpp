#pragma once

#include <iosfwd>

#include "cli/options.hpp"
#include "core/events.hpp"

namespace sibyl {

/// The oracle of a recorded sweep, before its first trial.
Oracle recorded_oracle(const SweepOpened& opened);

/// Prints the best trials of the sweep in a directory, from its journal; safe beside a running sweep. Throws
/// Error when there is none.
void summarize(std::ostream& out, const Options& options);

/// Writes results.h5 of the sweep in a directory anew, from its journal and nothing else. Throws Error when
/// there is none, or when the sweep is running.
void rebuild(std::ostream& out, const Options& options);

}  // namespace sibyl
