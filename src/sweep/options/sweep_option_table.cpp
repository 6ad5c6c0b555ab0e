#include "base/find_kind.hpp"
#include "core/samplers/registry.hpp"
#include "sibyl/faults.hpp"
#include "sweep/options/auto_sampler.hpp"
#include "sweep/options/option_rows.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

// More than these is a slip of the finger, and would cost time or memory before anyone notices.
constexpr int max_executions = 1000;
constexpr int max_folds = 100;
constexpr int max_grid_points = 10'000;
constexpr int max_threads = 4096;

void check_fault(const std::string& text) {
  Faults().add(text);
}

bool same_objective(const OptionValue& before, const OptionValue& now) {
  const std::string &there = std::get<std::string>(before), &here = std::get<std::string>(now);
  return there.empty() || here.empty() || Objective::parse(there) == Objective::parse(here);
}

// Without one it is the objective, which is another one than any that is named.
bool same_monitor(const OptionValue& before, const OptionValue& now) {
  const std::string &there = std::get<std::string>(before), &here = std::get<std::string>(now);
  return !there.empty() && !here.empty() && same_objective(before, now);
}

using Of = OptionTypes<SweepOptions>;

OptionType<SweepOptions> sampler() {
  std::vector<std::string> names = names_of(sampler_kinds());
  names.emplace_back(auto_sampler);
  OptionType<SweepOptions> type = Of::word(&SweepOptions::sampler, names);
  type.fields.push_back(Of::field<std::string>(&SweepOptions::sampler_reason, "sampler-reason"));
  return type;
}

OptionTable<SweepOptions> what_is_sought() {
  return {
      {.name = "seed",
       .value = "N",
       .help = "Of all random numbers",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::seed, 0)},
      {.name = "objective",
       .value = "METRIC",
       .help = "Metric to improve, NAME or NAME:min or NAME:max",
       .default_help = "the job's",
       .group = OptionGroup::sweep,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::text(&SweepOptions::objective),
       .may_follow = same_objective},
      {.name = "sampler",
       .value = "NAME",
       .help =
           "Which values: " + kinds(sampler_kinds()) + " | auto (one of these, by the plan and the space)",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = sampler()},
      {.name = "grid-points",
       .value = "N",
       .help = "Grid: so many values of each range of numbers that has more: min, max, and others evenly "
               "between them; and the default",
       .default_help = "all; continuous ranges need it",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::grid_points, 2, max_grid_points),
       .is_in_all_records = false},
  };
}

OptionTable<SweepOptions> how_often() {
  return {
      {.name = "executions-per-trial",
       .value = "N",
       .help = "Train each trial so many times; its score is the mean",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::executions_per_trial, 1, max_executions)},
      {.name = "folds",
       .value = "K",
       .help = "Cross-validation: train each trial K times, each time with another K-th of the training and "
               "validation samples to validate with; its score is the mean",
       .default_help = "0: none",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::folds, 0, max_folds),
       .is_in_all_records = false},
      {.name = "max-retries",
       .value = "N",
       .help = "Give a trial out again, so many times, if it failed for a reason that may pass: out of "
               "memory, a crash, a hang, a lost device",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::max_retries, 0)},
      {.name = "max-consecutive-failures",
       .value = "N",
       .help = "Give the sweep up when so many trials in a row, by their numbers, failed without any score; "
               "0: never",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::kept,
       .type = Of::number(&SweepOptions::max_consecutive_failures, 0)},
  };
}

OptionTable<SweepOptions> how_it_is_trained() {
  return {
      {.name = "monitor",
       .value = "METRIC",
       .help = "What --patience goes by, and which epoch's weights are a trial's best: NAME or NAME:min or "
               "NAME:max",
       .default_help = "the objective",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::text(&SweepOptions::monitor),
       .may_follow = same_monitor,
       .is_in_all_records = false},
      {.name = "patience",
       .value = "N",
       .help = "Stop a trial after so many epochs without improvement; 0: never",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::patience, 0)},
      {.name = "min-delta",
       .value = "X",
       .help = "The least change that is an improvement",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::min_delta, 0)},
      {.name = "start-from-epoch",
       .value = "N",
       .help = "The first epochs, so many, don't count for --patience",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::start_from_epoch, 0),
       .is_in_all_records = false},
      {.name = "max-bad-samples",
       .value = "N",
       .help =
           "So many samples of a dataset that can't be read (a truncated picture) don't fail a trial: the "
           "next ones take their place",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::max_bad_samples, 0),
       .is_in_all_records = false},
      {.name = "inject",
       .value = "KIND=WHO",
       .help = "Make trials fail on purpose, to try out what happens: KIND=TRIAL[@EPOCH][:once],... or "
               "KIND=PROBABILITY of each epoch, with KIND exception, nan, bad_alloc, segv, abort, exit, "
               "hang, slow, leak or exhaust; may be repeated",
       .group = OptionGroup::training,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::list(&SweepOptions::inject, check_fault),
       .is_in_all_records = false},
      {.name = "threads",
       .value = "N",
       .help = "CPU threads of a trial, which decide the last bits of its metrics",
       .default_help =
           "at the first start the cores / workers of the node that has the fewest; recorded, and kept",
       .group = OptionGroup::training,
       .commands = of_a_sweep | Commands{Command::retrain, Command::export_model, Command::predict},
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::threads, 1, max_threads),
       .may_follow = either_unknown,
       .is_in_all_records = false},
      {.name = "data",
       .value = "PATH",
       .help = "The job's data: a directory, or what else the job takes. It may lie elsewhere at a resume, "
               "but has to be the same",
       .default_help = "the sweep's, at first the job's",
       .group = OptionGroup::training,
       .commands = of_a_sweep | Commands{Command::retrain, Command::export_model, Command::predict},
       .recorded = Recorded::kept,  // its contents are compared instead
       .type = Of::text(&SweepOptions::data),
       .is_in_all_records = false},
      {.name = "deterministic",
       .help = "Only deterministic algorithms, on CUDA too",
       .group = OptionGroup::training,
       .commands = of_a_sweep | Commands{Command::retrain},
       .recorded = Recorded::fixed,
       .type = Of::flag(&SweepOptions::deterministic)},
  };
}

}  // namespace

bool either_unknown(const OptionValue& before, const OptionValue& now) {
  return value_as<int>(before) == 0 || value_as<int>(now) == 0;
}

const OptionTable<SweepOptions>& sweep_option_table() {
  static const OptionTable<SweepOptions> table = [] {
    OptionTable<SweepOptions> all = what_is_sought();
    for (auto& rows : {program_options(), scheduler_options(), steering_options(), how_often(),
                       stopper_options(), how_it_is_trained()})
      all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }();
  return table;
}

}  // namespace sibyl
