#include "sweep/record/standing.hpp"

#include <algorithm>
#include <numeric>

#include "base/exit_codes.hpp"
#include "core/oracle/failure_pattern.hpp"

namespace sibyl {

std::string_view Standing::state() const {
  if (running) return "running";
  return end == SweepEnd::none ? "killed" : to_string(end);
}

Standing standing(const Launches& launches, bool scored, const std::optional<std::string>& owner) {
  constexpr int max_fruitless = 3;
  const Launch& latest = launches.all().back();
  const SweepEnd end = latest.end;
  Standing stands{.end = end, .text = end_text(end, latest.reason), .exit_code = exit_code(end)};
  if (end == SweepEnd::finished && !scored)
    return {.end = SweepEnd::failed,
            .text = stands.text + ", but no trial has a score",
            .exit_code = exit_code(SweepEnd::failed)};
  if (end == SweepEnd::finished) return stands;
  if (owner) return {.running = true, .text = "running: " + *owner, .exit_code = exit_stopped};
  if (end == SweepEnd::none) stands.text = "killed: it is not running, and was not told to stop";
  if (end == SweepEnd::failed) {  // its plan is done: a resume finds nothing to do
    stands.text += "; mend the reason and begin anew with --overwrite";
  } else if (came_to_nothing(end)) {
    stands.text += "; mend the reason and continue it with --resume";
  } else if (const int starts = launches.fruitless(); starts >= max_fruitless) {
    stands.text +=
        "; its last " + std::to_string(starts) + " starts trained nothing: find out why before you resume it";
    stands.exit_code = exit_failed;
  } else {
    stands.text += "; continue it with --resume";
  }
  return stands;
}

std::string failed_altogether(const Oracle& oracle) {
  if (oracle.best_model() >= 0) return "";
  if (oracle.trials().empty()) return "it has no trial";
  const auto has_failed = [](const Trial& trial) { return trial.status == TrialStatus::failed; };
  if (!std::all_of(oracle.trials().begin(), oracle.trials().end(), has_failed)) return "no trial has a score";
  std::vector<TrialId> failed(oracle.trials().size());
  std::iota(failed.begin(), failed.end(), 0);
  return (failed.size() == 1 ? "its one trial failed, "
                             : "every one of its " + std::to_string(failed.size()) + " trials failed, ") +
         failure_pattern(failed, oracle.trials());
}

}  // namespace sibyl
