#include "cli/commands/steered.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "sibyl/error.hpp"
#include "sweep/options/auto_sampler.hpp"
#include "sweep/options/earlier.hpp"
#include "sweep/record/warm_start.hpp"

namespace sibyl {

namespace {

// What is certain to be missing is said before anything is started.
void require_possible(const std::string& option, const Objective& objective, Job& job) {
  const std::vector<std::string> possible = job.possible_metrics();
  if (possible.empty() || std::find(possible.begin(), possible.end(), objective.metric) != possible.end())
    return;
  std::string list;
  for (const std::string& each : possible) list += (list.empty() ? "" : ", ") + each;
  throw UsageError(option + " " + objective.metric + ": the job does not measure that" +
                   did_you_mean(objective.metric, possible) + "; it may have " + list);
}

}  // namespace

SearchSpace search_space(const Options& options, Job& job) {
  job.take(options.sweep.program);
  SearchSpace space = job.search_space();
  space.check();
  return steered_space(options.sweep, std::move(space));
}

Objective objective(const Options& options, Job& job) {
  const Objective objective =
      options.sweep.objective.empty() ? job.objective() : Objective::parse(options.sweep.objective);
  require_possible("--objective", objective, job);
  return objective;
}

Objective monitor(const Options& options, Job& job) {
  if (options.sweep.monitor.empty()) return {};
  const Objective monitor = Objective::parse(options.sweep.monitor, "--monitor");
  require_possible("--monitor", monitor, job);
  return monitor;
}

Steered steered(Options options, Job& job) {
  SearchSpace space = search_space(options, job);
  SweepOptions& sweep = options.sweep;
  std::vector<std::string> lines;
  if (sweep.sampler == auto_sampler) {
    const ChosenSampler chosen = chosen_sampler(sweep, space);
    sweep.sampler = chosen.name;
    sweep.sampler_reason = "auto: " + chosen.name + ", because " + chosen.reason;
    lines.push_back(sweep.sampler_reason);
  }
  check_use(sweep, space);
  if (sweep.earlier.empty())
    for (const std::string& each : sweep.warm_start) {
      const WarmStart start = read_warm_start(each, space, objective(options, job));
      for (const EarlierTrial& trial : start.trials) sweep.earlier.push_back(to_text(trial));
      lines.push_back(start.line);
    }
  return {std::move(options), std::move(space), std::move(lines)};
}

}  // namespace sibyl
