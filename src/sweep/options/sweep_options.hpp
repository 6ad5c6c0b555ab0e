#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/oracle/oracle.hpp"
#include "core/samplers/registry.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/job.hpp"
#include "sweep/options/option.hpp"

namespace sibyl {

/// What defines a sweep: recorded with it, and the same when it is resumed. An empty text or a 0 in what has
/// no other default means "the job's" or "none", as `--help` says.
struct SweepOptions : SchedulerSettings {
  std::uint64_t seed = 0;
  std::string sampler = sampler_kinds().front().name;
  std::string sampler_reason;  ///< "auto: gp, because ...", where it was not named
  int grid_points = 0;
  std::string scheduler = scheduler_kinds().front().name;
  std::string objective;
  int executions_per_trial = 1;
  int folds = 0;  ///< each execution is one for each fold; 0: none
  std::string monitor;
  int patience = 0;
  double min_delta = 0;
  int start_from_epoch = 0;
  std::int64_t max_bad_samples = 0;
  int max_retries = 0;
  int max_consecutive_failures = 20;
  Stoppers stoppers;
  bool deterministic = false;
  std::map<std::string, std::string> set;
  std::map<std::string, std::string> range;  ///< parts of domains, see SearchSpace::narrow
  std::vector<std::string> first;            ///< configurations to be tried first, see given_configuration
  std::vector<std::string> first_where;      ///< what they are called in messages, where that is known
  std::map<std::string, std::string> prior;  ///< what people expect, see Priors
  std::vector<std::string> warm_start;       ///< directories of other sweeps
  std::vector<std::string> earlier;          ///< what was taken from there, see earlier.hpp
  std::vector<std::string> inject;           ///< faults, see sibyl/faults.hpp
  int threads = 0;                           ///< of a trial; they decide its last bits
  std::string data;                          ///< where it lies; what it is is recorded by its contents
  Program program;                           ///< of a job of programs
};

/// How often each trial is trained: an execution for each fold, as often as is asked for.
int executions(const SweepOptions& options);

/// A row for each member, and for those of SchedulerSettings.
const OptionTable<SweepOptions>& sweep_option_table();

/// A JSON object of everything that defines the sweep, every default filled in.
std::string to_json(const SweepOptions& options);
/// Back from such an object; what it has besides is ignored. Throws Error for one that does not say what the
/// sweep is, but for what older records lack, which gets its default.
SweepOptions sweep_options_from_json(const std::string& json);
/// The recorded ones, but for those that were typed (by the names of their options). Of `--set` and `--range`
/// each name is an option of its own.
SweepOptions with_recorded(const SweepOptions& recorded, const SweepOptions& typed,
                           const std::set<std::string>& names);
/// What differs between two such that they are different sweeps, as "--seed: 7 there, 8 here" lines: what
/// extends a sweep is none, nor is what one of the two leaves open (an objective, a number of threads).
std::vector<std::string> differences(const SweepOptions& there, const SweepOptions& here);

/// For people: why this sweep is no search, its plan being one trial; else empty.
std::string no_search(const SweepOptions& options);
/// Does anything of it depend on the order in which results come in?
bool depends_on_order(const SweepOptions& options);
/// For people: how a sweep that depends on a width is begun the same elsewhere, or what makes it depend on
/// the order of arrival; else empty.
std::string width_note(const SweepOptions& options);

/// A job's space as `--set` and `--range` leave it. Throws UsageError where they, or what is to be tried
/// first, don't fit it.
SearchSpace steered_space(const SweepOptions& options, SearchSpace of_the_job);
/// The space whose configurations are tried, of such a space: all of it, or the grid. Throws UsageError where
/// the sampler has no use for it.
SearchSpace searched_space(const SweepOptions& options, const SearchSpace& space);
/// Throws UsageError where the sampler does not learn, and is told what to learn from; for priors that the
/// space has no place for; and where the scheduler has no use for it. `space`: steered_space.
void check_use(const SweepOptions& options, const SearchSpace& space);
/// Those that are to be tried first. Throws UsageError where the space has no such.
std::vector<Values> given_configurations(const SweepOptions& options, const SearchSpace& space);

/// The oracle that the options describe. Throws Error for a sampler or scheduler that does not exist here.
/// `random`: random search in the searched space, for the sampler. `rehearsal`: nothing is trained, and
/// values are of no interest.
Oracle make_oracle(const SweepOptions& options, const SearchSpace& space, const Objective& objective,
                   std::unique_ptr<RandomSearch> random, bool rehearsal = false);
/// The width of a sweep that so many workers begin; 0 where nothing depends on it.
int chosen_width(const SweepOptions& options, int workers);

}  // namespace sibyl
