#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/launches.hpp"
#include "core/oracle/oracle.hpp"

namespace sibyl {

/// How a sweep stands.
struct Standing {
  SweepEnd end =
      SweepEnd::none;     ///< its latest launch's; failed also if that finished, but no trial has a score
  bool running = false;   ///< a process holds its lock
  std::string text = {};  ///< for people, with what to do
  int exit_code = 0;      ///< of `status`
  /// In one word: that of its end, "running", or "killed" if it does not run and has not said why.
  std::string_view state() const;
  bool finished() const { return end == SweepEnd::finished; }
  /// May a resume do something for it?
  bool goes_on() const { return exit_code != 0 && !running; }
};

/// `scored`: some trial has a score and has not failed; `owner`: who holds the sweep's lock.
Standing standing(const Launches& launches, bool scored, const std::optional<std::string>& owner);

/// Why a sweep that is over has nothing to show for it; empty if it has.
std::string failed_altogether(const Oracle& oracle);

}  // namespace sibyl
