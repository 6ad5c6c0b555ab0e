#include "base/find_kind.hpp"
#include "sweep/options/option_rows.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

// More than these is a slip of the finger, and would cost time or memory before anyone notices.
constexpr int max_epochs = 1'000'000'000;
constexpr int max_iterations = 1'000'000'000;
constexpr std::int64_t max_trials = 1'000'000'000;
constexpr int max_width = 1'000'000;
constexpr int max_brackets = 40;
constexpr int max_population = 1'000'000;

template <class T>
bool more_than(const OptionValue& before, const OptionValue& now) {
  return value_as<T>(now) >= value_as<T>(before);
}

// 0: no limit but the plan's.
bool more_trials(const OptionValue& before, const OptionValue& now) {
  const auto there = value_as<std::int64_t>(before), here = value_as<std::int64_t>(now);
  return there != 0 && (here == 0 || here >= there);
}

using Of = OptionTypes<SweepOptions>;

OptionTable<SweepOptions> plan() {
  return {
      {.name = "scheduler",
       .value = "NAME",
       .help = "Which trial, to which epoch: " + kinds(scheduler_kinds()),
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::word(&SweepOptions::scheduler, names_of(scheduler_kinds()))},
      {.name = "max-trials",
       .value = "N",
       .help = "At most so many trials",
       .default_help = "hyperband, pbt: as their plans say; asha: 100; full: 10; or all of a grid",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::extends,
       .type = Of::number(&SweepOptions::max_trials, 1, max_trials),
       .may_follow = more_trials},
      {.name = "max-epochs",
       .value = "N",
       .help = "Epochs of a fully trained trial; Hyperband's R",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::max_epochs, 1, max_epochs)},
      {.name = "min-epochs",
       .value = "N",
       .help = "ASHA: where its first rung ends",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::min_epochs, 1, max_epochs),
       .is_in_all_records = false},
      {.name = "eta",
       .value = "N",
       .help = "Hyperband, ASHA: one in eta trials of a rung goes on",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::eta, 2)},
      {.name = "iterations",
       .value = "N",
       .help = "Hyperband: how often all brackets are run",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::extends,
       .type = Of::number(&SweepOptions::iterations, 1, max_iterations),
       .may_follow = more_than<int>},
      {.name = "brackets",
       .value = "N",
       .help = "ASHA: so many brackets, whose first rungs end at --min-epochs, eta times that, ...",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::brackets, 1, max_brackets),
       .is_in_all_records = false},
  };
}

OptionTable<SweepOptions> population_based_training() {
  return {
      {.name = "population",
       .value = "N",
       .help = "Population-based training: so many trials at a time",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::population, 2, max_population),
       .is_in_all_records = false},
      {.name = "generation-epochs",
       .value = "N",
       .help = "Population-based training: epochs from one comparison to the next",
       .default_help = "a tenth of --max-epochs",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::generation_epochs, 1, max_epochs),
       .is_in_all_records = false},
  };
}

OptionTable<SweepOptions> median_stopping() {
  return {
      {.name = "median-stopping",
       .help = "Stop a trial whose best score is worse than the median of what others had reached at the "
               "same epoch, with any scheduler (Optuna's MedianPruner: --scheduler full --median-stopping)",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::flag(&SweepOptions::median_stopping),
       .is_in_all_records = false},
      {.name = "median-startup",
       .value = "N",
       .help = "Median stopping: at an epoch only after so many others have been there",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::median_startup, 1),
       .is_in_all_records = false},
      {.name = "median-warmup",
       .value = "N",
       .help = "Median stopping: not in the first so many epochs",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::median_warmup, 0, max_epochs),
       .is_in_all_records = false},
      {.name = "median-interval",
       .value = "N",
       .help = "Median stopping: epochs from one look to the next; at each the trial is handed in and out",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::median_interval, 1, max_epochs),
       .is_in_all_records = false},
  };
}

OptionTable<SweepOptions> order_of_results() {
  return {
      {.name = "width",
       .value = "N",
       .help = "Samplers that learn and schedulers that decide as they go take the results that so many "
               "workers of equal speed would know by then, whatever the number of workers is; 1: all",
       .default_help = "3 to 8 times the workers of the first start; recorded, and kept",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::number(&SweepOptions::width, 1, max_width),
       .may_follow = either_unknown,
       .is_in_all_records = false},
      {.name = "order",
       .value = "WORD",
       .help = "In which order results count for these: plan (as --width says: the same sweep on any number "
               "of workers) | arrival (nobody waits, and no two runs are the same)",
       .group = OptionGroup::search,
       .commands = of_a_sweep,
       .recorded = Recorded::fixed,
       .type = Of::either(&SweepOptions::by_arrival, "arrival", "plan"),
       .is_in_all_records = false},
  };
}

}  // namespace

OptionTable<SweepOptions> scheduler_options() {
  OptionTable<SweepOptions> all = plan();
  for (auto& rows : {population_based_training(), median_stopping(), order_of_results()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

}  // namespace sibyl
