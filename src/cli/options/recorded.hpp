#pragma once

#include "cli/options/options.hpp"

namespace sibyl {

/// Options as with_recorded says, of the sweep in their directory; as they are where there is none.
Options with_record_in_directory(const Options& options);

}  // namespace sibyl
