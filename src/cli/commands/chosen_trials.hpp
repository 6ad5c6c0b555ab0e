#pragma once

#include <string>
#include <vector>

#include "cli/options/options.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

/// The recorded sweep in the directory. Throws Error when there is none, UsageError when it is another job's.
StoredSweep sweep_of(const Options& options, const std::string& job_name);

/// `--trial`, or the best ones that have not failed (`--top`, or one). Throws UsageError where there is no
/// such trial, Error where none has a score.
std::vector<TrialId> chosen_trials(const Options& options, const Oracle& oracle);

}  // namespace sibyl
