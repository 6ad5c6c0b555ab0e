#include "sweep/options/auto_sampler.hpp"

#include <algorithm>

#include "base/numbers.hpp"
#include "core/samplers/guided.hpp"

namespace sibyl {

namespace {

constexpr std::size_t max_gp_dimensions = 20;
constexpr double max_gp_trials = 1000;

// As many as the plan says; a scheduler without a plan goes on as long as it is let.
double planned_trials(const SweepOptions& options) {
  const auto scheduler = make_scheduler(options.scheduler, options, {});
  const auto plan = scheduler->planned();
  double trials = plan ? static_cast<double>(plan->trials) : 1e18;
  if (options.max_trials > 0) trials = std::min(trials, static_cast<double>(options.max_trials));
  return trials;
}

// Can it be there, anywhere? What others are fixed at may leave no place for it.
std::vector<bool> possible(const SearchSpace& space) {
  const auto& all = space.hyperparameters();
  std::vector<bool> is_possible;
  for (const Hyperparameter& each : all) {
    const auto can_hold = [&](const Condition& condition) {
      for (std::size_t i = 0; i < is_possible.size(); ++i)
        if (is_possible[i] && all[i].name == condition.parent &&
            std::any_of(condition.values.begin(), condition.values.end(),
                        [&](const Value& value) { return contains(all[i].domain, value); }))
          return true;
      return false;
    };
    is_possible.push_back(std::all_of(each.conditions.begin(), each.conditions.end(), can_hold));
  }
  return is_possible;
}

std::string count(double trials) {
  return quantity(static_cast<std::uint64_t>(trials), "trial");
}

}  // namespace

ChosenSampler chosen_sampler(const SweepOptions& options, const SearchSpace& space) {
  const std::vector<bool> is_possible = possible(space);
  std::size_t dimensions = 0, categories = 0, conditional = 0;
  const UnitCube cube(space);
  for (const UnitCube::Dimension& each : cube.dimensions()) {
    if (!is_possible[each.hyperparameter]) continue;
    ++dimensions;
    categories += each.categorical;
    conditional += !space.hyperparameters()[each.hyperparameter].conditions.empty();
  }
  const double trials = planned_trials(options);
  const auto first = static_cast<double>(first_points(dimensions));
  if (dimensions == 0) return {"random", "there is nothing to choose"};
  const bool knows_something = !options.prior.empty() || !options.warm_start.empty();
  if (trials < 2 * first && !knows_something)
    return {"random",
            count(trials) + " are too few to learn from: a model begins with " + short_number(first)};
  const std::string of_all = " of " + std::to_string(dimensions) + " hyperparameters ";
  if (conditional * 3 > dimensions) return {"tpe", std::to_string(conditional) + of_all + "depend on others"};
  if (categories * 2 > dimensions)
    return {"tpe", std::to_string(categories) + of_all + "are choices without an order"};
  if (dimensions > max_gp_dimensions)
    return {"tpe", std::to_string(dimensions) + " hyperparameters are many"};
  if (trials > max_gp_trials) return {"tpe", count(trials) + " are many"};
  return {"gp", std::to_string(dimensions - categories) + of_all + "are numbers, and " + count(trials) +
                    " are few"};
}

}  // namespace sibyl
