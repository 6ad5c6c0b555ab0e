#pragma once

#include <string>
#include <vector>

#include "sweep/options/option.hpp"

namespace sibyl {

struct CommandRow {
  Command command = Command::search;
  std::string name;
  std::string words;  ///< what stands behind it: "[DIR]"
  std::string help;   ///< {job} is the job's name
};

/// Every command, in the order of `--help`, and `help` itself.
const std::vector<CommandRow>& command_table();
const std::string& name_of(Command command);
/// The command of that name. Throws UsageError that says which there are.
Command find_command(const std::string& name);

/// "plan, summary, status", of those that people type.
std::string names_of(const Commands& commands);

/// In lines of a usual terminal. The first begins in that column, the others with so many blanks.
std::string wrapped(const std::string& text, std::size_t column, std::size_t blanks);
/// The text with the job's name for {job}.
std::string with_job(std::string text, const std::string& job);

}  // namespace sibyl
