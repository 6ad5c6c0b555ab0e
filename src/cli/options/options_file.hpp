#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/options/command_line.hpp"

namespace sibyl {

/// The options in a file (`--options FILE`), as if they were typed: lines NAME = VALUE, or one JSON object,
/// whichever it looks like. Throws UsageError that names the file, and the line or the name, for what is no
/// option of the command.
std::vector<GivenOption> read_options_file(const std::filesystem::path& file, Command command);

/// Throws UsageError for an option in a file that the command does not have, with the one that may have been
/// meant.
void check_name(const GivenOption& option, Command command);

/// Those of the file that the command line does not say otherwise.
std::vector<GivenOption> not_typed(const std::vector<GivenOption>& in_file,
                                   const std::vector<GivenOption>& typed);

/// The words of a command line, with what is in the file in the place of `--options FILE`: they mean the same
/// where the file is not, or is another by then.
std::vector<std::string> with_file_written_out(const std::vector<std::string>& words, const std::string& file,
                                               const std::vector<std::string>& in_file);

}  // namespace sibyl
