#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/launches.hpp"

namespace sibyl {

/// How a sweep stands, in one word: those of `summary --json` and `status --json`, and of analysis/.
enum class SweepState {
  running,   ///< a process holds its lock
  finished,  ///< its plan is done
  failed,    ///< its plan is done, and no trial has a model to show for it
  stopped,   ///< on request, to be resumed
  given_up,  ///< too much failed
  killed     ///< it does not run, and has not said why
};
std::string_view to_string(SweepState state);

struct Standing {
  SweepState state = SweepState::killed;
  std::string text;   ///< for people, with what to do
  int exit_code = 0;  ///< of `status`
  bool finished() const { return state == SweepState::finished; }
  /// May a resume do something for it?
  bool goes_on() const { return exit_code != 0; }
};

/// `scored`: some trial has a score and has not failed; `owner`: who holds the sweep's lock.
Standing standing(const Launches& launches, bool scored, const std::optional<std::string>& owner);

}  // namespace sibyl
