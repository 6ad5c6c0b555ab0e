#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweep/options/option.hpp"

// The words of a command line as options and what stands between them: cxxopts behind a door.
namespace sibyl {

/// An option as it was given, not yet read.
struct GivenOption {
  std::string name;
  std::string text;   ///< of a flag: true or false
  std::string where;  ///< the file, with the line, in which it stands; empty: on the command line
};

struct CommandLine {
  std::vector<GivenOption> options;  ///< of whichever command, in their order
  std::vector<std::string> words;    ///< the others
};

/// Throws UsageError for an option that no command has, with the one that may have been meant.
CommandLine split_options(const std::vector<std::string>& words);

/// What `--help` prints of options: of one command, or of all but `submit`'s.
std::string options_help(const std::string& job, std::optional<Command> command);

}  // namespace sibyl
