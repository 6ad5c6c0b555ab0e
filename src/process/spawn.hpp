#pragma once

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace sibyl {

/// A process as it is to be started. It has nothing of this one's but what stands here, and nothing to read.
struct Spawn {
  std::string what;                                                    ///< for an error: "a trainer process"
  std::string file;                                                    ///< the program
  std::vector<std::string> arguments;                                  ///< its name first
  std::optional<std::vector<std::string>> environment = std::nullopt;  ///< none: this process's
  int output = -1;                                                     ///< its standard output and error
  int socket = -1;                                                     ///< its trainer_descriptor; -1: none
  sigset_t blocked = {};   ///< no other signal is blocked or ignored in it
  bool own_group = false;  ///< signals to this process's group are not for it
};

/// Starts it without a fork of this process, which MPI may not survive. Throws Error.
pid_t spawn(const Spawn& process);

/// To standard error, in one write, so that lines of several processes do not mix.
void pass_on(const std::string& lines);

}  // namespace sibyl
