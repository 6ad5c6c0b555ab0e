// A toy whose best schedule is known, after figure 2 of Jaderberg et al. 2017: what weights have come to
// counts, and no single value of the hyperparameter is good from beginning to end.
#include <algorithm>
#include <cmath>
#include <map>

#include "catch.hpp"
#include "core/schedulers/population/population.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};
constexpr int epochs = 50, population = 20;

SearchSpace rates() {
  SearchSpace space;
  space.add({"rate", FloatRange{0.001, 1, 0, Sampling::log}, 0.01, {}, true});
  return space;
}

/// A step of this rate helps as far as it is below what the epoch bears, and does harm beyond.
double trained(double distance, double rate, int epoch) {
  const double bears = 1.0 / (1 + 0.2 * epoch * epoch);
  return distance * (rate <= bears ? 1 - rate : 1 + rate);
}

double at_constant(double rate) {
  double distance = 1;
  for (int epoch = 1; epoch <= epochs; ++epoch) distance = trained(distance, rate, epoch);
  return distance;
}

double best_of_population(std::uint64_t seed) {
  const SearchSpace space = rates();
  Population scheduler({.population = population, .max_epochs = epochs, .generation_epochs = 2}, 0,
                       {loss, space, seed});
  std::map<TrialId, double> weights, values;
  TrialId trials = 0;
  while (const auto proposal = scheduler.next(trials)) {
    const Slot& slot = proposal->slot;
    if (slot.trial == trials) {
      const Values own = proposal->hyperparameters ? *proposal->hyperparameters : draw(space, seed, trials);
      values[trials] = std::get<double>(own.at("rate"));
      weights[trials] = proposal->parent < 0 ? 1 : weights.at(proposal->parent);
      ++trials;
    }
    scheduler.started(slot);
    double& distance = weights[slot.trial];
    for (int epoch = slot.first_epoch + 1; epoch <= slot.last_epoch; ++epoch)
      distance = trained(distance, values[slot.trial], epoch);
    scheduler.observed({.slot = slot,
                        .hyperparameters = {{"rate", values[slot.trial]}},
                        .score = distance,
                        .latest = distance});
  }
  REQUIRE(scheduler.finished());
  double best = 1;
  for (const auto& [trial, distance] : weights) best = std::min(best, distance);
  return best;
}

double best_of_random(std::uint64_t seed) {
  double best = 1;
  for (TrialId trial = 0; trial < population; ++trial)
    best = std::min(best, at_constant(std::get<double>(draw(rates(), seed, trial).at("rate"))));
  return best;
}

}  // namespace

TEST_CASE("a population comes closer to a schedule than any constant value, with as many epochs") {
  double best_constant = 1, scheduled = 1;
  for (int i = 0; i <= 3000; ++i)
    best_constant = std::min(best_constant, at_constant(std::pow(10, -i / 1000.0)));
  for (int epoch = 1; epoch <= epochs; ++epoch)
    scheduled = trained(scheduled, 1.0 / (1 + 0.2 * epoch * epoch), epoch);
  REQUIRE(scheduled < best_constant);
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const double found = best_of_population(seed);
    INFO("seed " << seed << ": " << found << " by a population, " << best_of_random(seed)
                 << " by random constants, " << best_constant << " by the best, " << scheduled
                 << " by the schedule");
    CHECK(found < best_of_random(seed));
    CHECK(found < best_constant);
    CHECK(found > scheduled);
  }
}
