#pragma once

#include <iosfwd>
#include <string>

#include "cli/options/options.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// Trains the best trials of a recorded sweep (or `--trial N`, `--top K`) anew, for as many epochs as were
/// best, on training and validation data, scores each once on the test set, and writes its model and a JSON
/// object of it below `DIR/retrained`. Throws Error when there is no such sweep or trial, UsageError when it
/// is another job's.
void retrain_trials(std::ostream& out, const Options& options, const std::string& job_name, Job& job);

/// Writes the models of the best trials of a recorded sweep (or `--trial N`, `--top K`), as they were at
/// their best epoch, below `DIR/exported` (or to `--to`), with a JSON object beside each. Throws like
/// retrain_trials, and Error when a trial's weights were not kept.
void export_trials(std::ostream& out, const Options& options, const std::string& job_name, Job& job);

}  // namespace sibyl
