#include "core/schedulers/population/plan.hpp"

#include <algorithm>

#include "core/schedulers/population/population.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace population {

void check(const PopulationOptions& options) {
  if (options.max_epochs < 1) throw UsageError("--max-epochs must be at least 1");
  if (options.population < 2)
    throw UsageError("--population must be at least 2: nobody is compared with none");
  if (options.generation_epochs < 0 || options.generation_epochs > options.max_epochs)
    throw UsageError("--generation-epochs must be from 1 to --max-epochs, " +
                     std::to_string(options.max_epochs));
}

int generation_epochs(const PopulationOptions& options) {
  return options.generation_epochs > 0 ? options.generation_epochs : std::max(1, options.max_epochs / 10);
}

std::vector<RungStatus> generations(const PopulationOptions& options) {
  std::vector<RungStatus> generations;
  const int epochs = generation_epochs(options);
  for (int first = 0; first < options.max_epochs;) {
    const int last = std::min(first + std::min(epochs, options.max_epochs - first), options.max_epochs);
    generations.push_back(
        {0, 0, static_cast<int>(generations.size()), first, last, options.population, 0, 0});
    first = last;
  }
  return generations;
}

std::int64_t replaced(const PopulationOptions& options) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(options.replaced * options.population));
}

}  // namespace population

PlanTotals totals(const PopulationOptions& options, double max_trials) {
  population::check(options);
  PlanTotals sum;
  sum.rungs = population::generations(options);
  const double generations = static_cast<double>(sum.rungs.size());
  const double population = std::min<double>(options.population, max_trials);
  PopulationOptions begun = options;
  begun.population = static_cast<int>(population);
  sum.trials =
      std::min(population + (generations - 1) * static_cast<double>(population::replaced(begun)), max_trials);
  for (RungStatus& each : sum.rungs) each.expected = begun.population;
  sum.epochs = population * options.max_epochs;
  return sum;
}

namespace {

PopulationOptions options_of(const SchedulerSettings& settings) {
  return {.population = settings.population,
          .max_epochs = settings.max_epochs,
          .generation_epochs = settings.generation_epochs};
}

std::string title(const SchedulerSettings& settings) {
  return "Population-based training of " + std::to_string(settings.population) + " trials, compared every " +
         std::to_string(population::generation_epochs(options_of(settings))) + " of " +
         std::to_string(settings.max_epochs) + " epochs";
}

void require_change(const SearchSpace& space) {
  const auto& all = space.hyperparameters();
  if (std::any_of(all.begin(), all.end(),
                  [&](const Hyperparameter& each) { return each.may_change && space.searches(each.name); }))
    return;
  throw UsageError(
      "population-based training changes hyperparameters in training, and the job says of none that it may: "
      "ask for one with {.may_change = true}, or take another --scheduler");
}

}  // namespace

SchedulerKind population_scheduler() {
  return {
      .name = "pbt",
      .help = "population-based training: the worst go on from the weights of the best, with other values",
      .make = [](const SchedulerSettings& settings,
                 const SchedulerContext& context) -> std::unique_ptr<Scheduler> {
        return std::make_unique<Population>(options_of(settings), settings.max_trials, context);
      },
      .totals = [](const SchedulerSettings& settings,
                   double max_trials) { return totals(options_of(settings), max_trials); },
      .title = title,
      .no_search =
          [](const SchedulerSettings& settings) {
            return population::generation_epochs(options_of(settings)) < settings.max_epochs
                       ? std::string()
                       : std::string(
                             "a generation takes all epochs, and nobody is replaced: give a lower "
                             "--generation-epochs");
          },
      .check = require_change,
      .may_grow = false};
}

}  // namespace sibyl
