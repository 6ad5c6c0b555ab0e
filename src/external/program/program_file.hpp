#pragma once

#include <string>
#include <vector>

namespace sibyl {

/// The file that a command's first word names, as a shell finds it: itself, if it has a slash, else in PATH.
/// Throws UsageError that says what is wrong with it and what to do.
std::string program_file(const std::string& word);

/// Throws UsageError where a command can't be run: its program as above, or the script that an interpreter is
/// to run is not there.
void require_program(const std::vector<std::string>& command);

/// What the command runs, for the record: its files' names, with a hash of the contents of each.
std::vector<std::pair<std::string, std::string>> program_versions(const std::vector<std::string>& command);

}  // namespace sibyl
