#include "sweep/record/standing.hpp"

#include "base/exit_codes.hpp"

namespace sibyl {

std::string_view to_string(SweepState state) {
  switch (state) {
    case SweepState::running:
      return "running";
    case SweepState::finished:
      return "finished";
    case SweepState::failed:
      return "failed";
    case SweepState::stopped:
      return "stopped";
    case SweepState::given_up:
      return "given_up";
    case SweepState::killed:
      return "killed";
  }
  return "?";
}

Standing standing(const Launches& launches, bool scored, const std::optional<std::string>& owner) {
  constexpr int max_fruitless = 3, no_use = 1;
  const std::string& end = launches.all().back().end;
  if (end.starts_with("finished") && !scored)
    return {SweepState::failed, end + ", but no trial has a score", no_use};
  if (end.starts_with("finished")) return {SweepState::finished, end, 0};
  if (owner) return {SweepState::running, "running: " + *owner, exit_stopped};
  if (came_to_nothing(end))
    return {end.starts_with(failed_sweep) ? SweepState::failed : SweepState::given_up, state_after(end),
            no_use};
  const SweepState state = end.empty() ? SweepState::killed : SweepState::stopped;
  const std::string text = end.empty() ? "killed: it is not running, and was not told to stop" : end;
  if (const int starts = launches.fruitless(); starts >= max_fruitless)
    return {state,
            text + "; its last " + std::to_string(starts) +
                " starts trained nothing: find out why before you resume it",
            no_use};
  return {state, text + "; continue it with --resume", exit_stopped};
}

}  // namespace sibyl
