#pragma once

#include <iosfwd>
#include <string>

#include "cli/options/options.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// What the best trial's model (or `--trial N`) says of the samples in `--input`, into a CSV file: the model
/// below `DIR/retrained`, else the one of its best epoch below `DIR/exported`, which is exported first where
/// its weights were kept. Throws Error when there is none, or the samples don't fit it.
void predict(std::ostream& out, const Options& options, const std::string& job_name, Job& job);

}  // namespace sibyl
