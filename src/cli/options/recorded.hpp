#pragma once

#include "cli/options/options.hpp"

namespace sibyl {

/// Options as with_recorded says, of the sweep in their directory; as they are where there is none. Throws
/// UsageError where it is of another job.
Options with_record_in_directory(const Options& options, const std::string& job_name);

}  // namespace sibyl
