#pragma once

#include <string>
#include <vector>

#include "cli/options/options.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// The job's search space as `--set` and `--range` leave it, and the objective that the options or the job
/// name. Throws UsageError for an objective that the job is known not to measure.
SearchSpace search_space(const Options& options, Job& job);
Objective objective(const Options& options, Job& job);
/// What `--monitor` names, in the same way; without it there is no metric.
Objective monitor(const Options& options, Job& job);

/// Options, with what they leave to the search space and to other sweeps.
struct Steered {
  Options options;
  SearchSpace space;
  std::vector<std::string> lines;  ///< for people: what was found
};
/// Chooses the sampler of `--sampler auto`, and reads what `--warm-start` names. Throws UsageError where
/// these options, or priors, don't go with the space or with one another.
Steered steered(Options options, Job& job);

}  // namespace sibyl
