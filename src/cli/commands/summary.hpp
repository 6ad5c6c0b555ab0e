#pragma once

#include <iosfwd>

#include "cli/options/options.hpp"

namespace sibyl {

/// Prints the best trials of the sweep in a directory, from its journal; safe beside a running sweep. Throws
/// Error when there is none. Lines have at most `width` columns, if it is not 0.
void summarize(std::ostream& out, const Options& options, int width);

}  // namespace sibyl
