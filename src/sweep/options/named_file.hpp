#pragma once

#include <filesystem>
#include <string>

#include "sibyl/error.hpp"

namespace sibyl {

/// A file that the command line names can't be read here. On another rank's node it may be there: what else
/// is wrong with a command line is the same on all ranks, this is not.
class UnreadableFile : public UsageError {
 public:
  using UsageError::UsageError;
};

/// The contents of a file that `--option` names, of at most `max_bytes` (whole MiB). Throws UnreadableFile,
/// and UsageError for a larger one.
std::string read_named_file(const std::string& option, const std::filesystem::path& file,
                            std::size_t max_bytes);

}  // namespace sibyl
