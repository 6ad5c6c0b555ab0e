#pragma once

#include <string>

#include "core/trial.hpp"

namespace sibyl {

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
};
Outcome outcome(const ProcessEnd& end);

}  // namespace sibyl
