#pragma once

#include <filesystem>
#include <iosfwd>

#include "cli/options/options.hpp"

namespace sibyl {

/// Writes results.h5 of the sweep in a directory anew, from its journal and what `retrain` has left there,
/// and nothing else; not where the sweep runs, which does so by itself. Throws Error when there is none.
void publish_anew(const std::filesystem::path& directory);
/// The same for people; throws Error when the sweep is running.
void rebuild(std::ostream& out, const Options& options);

}  // namespace sibyl
