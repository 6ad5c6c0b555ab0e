#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "external/program/line_socket.hpp"
#include "process/outcome.hpp"

namespace sibyl {

/// Where a program finds its end of the socket to Sibyl.
constexpr int program_descriptor = 3;

/// A program, from its start to its end, in a process group of its own below a guard: a process that does
/// nothing but wait. Whatever the program starts is the guard's in the end (it is a subreaper), so nothing of
/// it outlives the program, nor the process that started it, however that one dies.
///
/// Its standard error is the caller's own; its standard output, and a socket of lines, are pipes to here.
class GuardedProgram {
 public:
  /// The first word is looked for in PATH. `environment`: all of it, NAME=VALUE. Throws Error when it can't
  /// be started.
  GuardedProgram(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  /// Kills all that is left.
  ~GuardedProgram();
  GuardedProgram(const GuardedProgram&) = delete;
  GuardedProgram& operator=(const GuardedProgram&) = delete;

  LineSocket& lines() { return *lines_; }
  /// Appends what it has printed: at least all that a dead one has left.
  void read_output(std::string& text);
  /// How it ended; none while it lives. What else it had started is killed then.
  std::optional<ProcessEnd> end();
  /// Is it dead, and all that it had started?
  bool gone();
  /// SIGTERM for its process group.
  void ask_to_end();
  /// SIGKILL for all of it: see gone().
  void kill();
  /// Waits until it prints, says something or ends, or the time is over.
  void wait(std::chrono::milliseconds longest) const;
  pid_t pid() const { return pid_; }  ///< its process group's number, too
  /// Seconds of CPU time that its process group has used, as far as that can be seen.
  double cpu_seconds() const;
  /// Bytes of memory that the program (not what it has started) has had at most; 0: not known.
  std::int64_t peak_memory();

 private:
  void hear_guard();
  void tell_guard(char what) const;

  pid_t guard_ = -1, pid_ = -1;
  int control_ = -1;  ///< to the guard
  int output_ = -1;   ///< what it prints arrives here; -1: no more will
  std::optional<LineSocket> lines_;
  std::int64_t oom_kills_before_ = 0;
  std::int64_t peak_memory_ = 0;  ///< when it has ended
  bool gone_ = false;
  std::optional<ProcessEnd> end_;
};

}  // namespace sibyl
