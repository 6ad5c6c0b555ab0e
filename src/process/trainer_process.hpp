#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/channel.hpp"
#include "process/outcome.hpp"
#include "process/output_tail.hpp"

namespace sibyl {

/// A trainer process, from its start to its end. It is a fresh program (posix_spawn: nothing of MPI's or
/// CUDA's state is copied), talks through a socket pair, and dies with the thread that started it.
class TrainerProcess {
 public:
  /// Its program is the caller's own. Throws Error when it can't be started.
  explicit TrainerProcess(std::vector<std::string> arguments);
  /// Closes the connection, gives it a few seconds to end, and kills it if it does not.
  ~TrainerProcess();
  TrainerProcess(const TrainerProcess&) = delete;
  TrainerProcess& operator=(const TrainerProcess&) = delete;

  Channel& channel() { return channel_; }
  /// From now on what it prints is labelled so, and it alone is the output of its end.
  void label_output(std::string label);
  /// Waits until a message or the end has come, or the time is over; passes on what it printed.
  void wait(std::chrono::milliseconds longest);
  /// How it ended; none while it lives.
  std::optional<ProcessEnd> end();
  /// It dies soon: see end().
  void kill();
  /// The last lines that it printed since label_output.
  std::string last_lines();
  /// Memory that it does not share with others, in bytes; 0 when it can't be found out.
  std::int64_t private_memory() const;
  pid_t pid() const { return pid_; }

 private:
  TrainerProcess(std::vector<std::string> arguments, std::pair<int, int> sockets);
  void pass_on_output();
  void await_end(std::chrono::milliseconds longest);

  pid_t pid_ = -1;
  Channel channel_;
  int output_ = -1;  ///< what it prints arrives here; -1: no more will
  Printed printed_;
  std::int64_t oom_kills_before_ = 0;
  std::optional<ProcessEnd> end_;
};

}  // namespace sibyl
