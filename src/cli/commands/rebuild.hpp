#pragma once

#include <iosfwd>

#include "cli/options/options.hpp"

namespace sibyl {

/// Writes results.h5 of the sweep in a directory anew, from its journal and nothing else. Throws Error when
/// there is none, or when the sweep is running.
void rebuild(std::ostream& out, const Options& options);

}  // namespace sibyl
