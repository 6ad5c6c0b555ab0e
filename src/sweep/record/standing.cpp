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
  const Launch& latest = launches.all().back();
  const SweepEnd end = latest.end;
  const std::string why = end_text(end, latest.reason);
  if (end == SweepEnd::finished && !scored)
    return {SweepState::failed, why + ", but no trial has a score", no_use};
  if (end == SweepEnd::finished) return {SweepState::finished, why, 0};
  if (owner) return {SweepState::running, "running: " + *owner, exit_stopped};
  if (came_to_nothing(end))
    return {end == SweepEnd::failed ? SweepState::failed : SweepState::given_up,
            why + "; mend the reason and continue it with --resume", no_use};
  const SweepState state = end == SweepEnd::none ? SweepState::killed : SweepState::stopped;
  const std::string text = why.empty() ? "killed: it is not running, and was not told to stop" : why;
  if (const int starts = launches.fruitless(); starts >= max_fruitless)
    return {state,
            text + "; its last " + std::to_string(starts) +
                " starts trained nothing: find out why before you resume it",
            no_use};
  return {state, text + "; continue it with --resume", exit_stopped};
}

}  // namespace sibyl
