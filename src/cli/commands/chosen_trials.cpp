#include "cli/commands/chosen_trials.hpp"

#include <algorithm>
#include <cmath>

#include "cli/screen/summary.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

StoredSweep sweep_of(const Options& options, const std::string& job_name) {
  StoredSweep sweep = read_stored_sweep(options.directory);
  if (sweep.opened.job != job_name)
    throw UsageError(options.directory.string() + " holds a sweep of " + sweep.opened.job +
                     ": use that program, not " + job_name);
  return sweep;
}

std::vector<TrialId> chosen_trials(const Options& options, const Oracle& oracle) {
  const auto trials = static_cast<TrialId>(oracle.trials().size());
  if (options.trial >= trials)
    throw UsageError("there is no trial " + std::to_string(options.trial) + ": the sweep has " +
                     std::to_string(trials) + ", from 0 on");
  if (options.trial >= 0) return {options.trial};
  auto best = ranking(oracle);
  std::erase_if(best, [&](TrialId id) {  // of a failed one there are no weights
    const Trial& trial = oracle.trials()[id];
    return trial.status == TrialStatus::failed || std::isnan(trial.score);
  });
  if (best.empty())
    throw Error(oracle.best() < 0 ? "no trial of the sweep has a score yet"
                                  : "every trial of the sweep that has a score has failed");
  best.resize(std::min(best.size(), static_cast<std::size_t>(std::max(1, options.top))));
  return best;
}

}  // namespace sibyl
