#pragma once

#include "sweep/options/sweep_options.hpp"

namespace sibyl {

// Rows of sweep_option_table(), and what they share.

/// `space` and `plan` are of the sweep that `search` would run, so they take what it takes.
inline constexpr Commands of_a_sweep{Command::search, Command::space, Command::plan};

/// "hyperband (...) | full (...)"
template <class Kind>
std::string kinds(const std::vector<Kind>& all) {
  std::string text;
  for (const Kind& kind : all) text += (text.empty() ? "" : " | ") + kind.name + " (" + kind.help + ")";
  return text;
}

/// What a job of programs runs. Other jobs' command lines don't have them, nor do their records.
OptionTable<SweepOptions> program_options();
/// By which people steer a search with what they know.
OptionTable<SweepOptions> steering_options();
/// Which trial is trained how far, and in which order results count.
OptionTable<SweepOptions> scheduler_options();
/// What ends a sweep for good before its plan is done.
OptionTable<SweepOptions> stopper_options();

/// For Option::may_follow: a number of which 0 is said by records that do not know it.
bool either_unknown(const OptionValue& before, const OptionValue& now);

}  // namespace sibyl
