#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/program_environment.hpp"
#include "process/outcome.hpp"
#include "process/output_tail.hpp"

namespace sibyl {

/// A command in a shell that runs beside this process and in a process group of its own. What it prints goes
/// to standard error, with a label before each line; without a label, nowhere.
class ShellCommand {
 public:
  /// Throws Error when no shell can be started.
  ShellCommand(const std::string& command, const Variables& environment, std::string label);
  /// Kills what is left of it.
  ~ShellCommand();
  ShellCommand(const ShellCommand&) = delete;
  ShellCommand& operator=(const ShellCommand&) = delete;

  /// How it ended; none: it has not yet. To be called again and again: it waits while nobody reads what it
  /// prints.
  std::optional<ProcessEnd> end();
  void kill();

 private:
  void pass_on_output();

  bool is_passed_on_;
  int output_ = -1;
  pid_t pid_ = -1;
  Printed printed_;
  std::optional<ProcessEnd> end_;
};

}  // namespace sibyl
