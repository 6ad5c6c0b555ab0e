#pragma once

#include <cstdint>
#include <string>

#include "sibyl/trial.hpp"

namespace sibyl {

/// How often the kernel's out-of-memory killer was at work since this node was started.
std::int64_t oom_kills();

/// How a process ended, and what was going on.
struct ProcessEnd {
  bool by_signal = false;
  int code = 0;             ///< the signal's number, or the exit code
  bool oom_kill = false;    ///< the kernel's out-of-memory killer was at work on this node in the meantime
  std::string output = {};  ///< the last lines that it printed
};

/// What that means for the trial that it was training.
struct Outcome {
  Cause cause = Cause::none;
  std::string detail;   ///< see Trial
  std::string message;  ///< for people: what happened, and what it often comes from
  /// Somebody's SIGKILL that nobody explains: perhaps the whole job is being killed, and this rank is next.
  bool unexplained = false;
};
/// `who`: whose process it was, for the message.
Outcome outcome(const ProcessEnd& end, const std::string& who = "the trainer's process");

/// The exit code of a trainer process whose trial took its connection to the rank from it.
constexpr int lost_connection = 76;  // EX_PROTOCOL of sysexits.h
/// What that means, by whatever sign it is noticed.
Outcome outcome_of_lost_connection();

}  // namespace sibyl
