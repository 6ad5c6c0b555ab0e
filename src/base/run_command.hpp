#pragma once

#include <string>

namespace sibyl {

struct CommandResult {
  std::string output;      ///< what it printed on standard output
  bool succeeded = false;  ///< was it found, and did it return 0?
};
/// Runs a command in a shell and waits for its end. What it says on standard error goes where ours goes.
CommandResult run_command(const std::string& command);

}  // namespace sibyl
