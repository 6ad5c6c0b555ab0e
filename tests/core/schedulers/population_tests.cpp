#include "core/schedulers/population/population.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"
#include "core/oracle/simulation.hpp"
#include "core/orders.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/registry.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

SearchSpace mixed() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-1, 0, Sampling::log}, 1e-3, {}, true});
  space.add({"batch", IntRange{16, 256, 16}, std::int64_t{64}, {}, true});
  space.add({"dropout", FloatRange{0, 0.9, 0.1}, 0.1, {}, true});
  space.add({"size",
             Choices{{std::string("s"), std::string("m"), std::string("l")}, true},
             std::string("m"),
             {},
             true});
  space.add({"layers", IntRange{1, 8}, std::int64_t{2}, {}});
  space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}, true});
  space.add({"momentum", FloatRange{0, 1}, 0.0, {{"optimizer", {std::string("sgd")}}}});
  return space;
}

Oracle make(PopulationOptions options, std::int64_t max_trials = 0) {
  return Oracle(mixed(), {.objective = loss, .max_trials = max_trials},
                std::make_unique<RandomSampler>(mixed(), 7),
                std::make_unique<Population>(options, max_trials, SchedulerContext{loss, mixed(), 7}));
}

SimulatedTraining training(std::uint64_t order, double failures = 0) {
  SimulatedTraining training;
  training.seconds = [=](TrialId trial, int epoch) {
    return 0.5 + RandomStream(order, trial, epoch).uniform();
  };
  training.score = [](TrialId trial, int epoch) { return RandomStream(9, trial, epoch).uniform(); };
  training.fails = [=](TrialId trial, int epoch) {
    return RandomStream(5, trial, epoch).uniform() < failures;
  };
  return training;
}

}  // namespace

TEST_CASE("population-based training is the same on any number of workers and in any order of arrival") {
  for (const double failures : {0.0, 0.02, 0.2})
    for (const std::int64_t max_trials : {0, 31}) {
      Oracle alone = make({.population = 12, .max_epochs = 20, .generation_epochs = 3}, max_trials);
      simulate(alone, 1, training(1, failures));
      REQUIRE(alone.scheduler().finished());
      for (const int workers : {2, 7, 64, 1024})
        for (std::uint64_t order = 1; order <= orders(); ++order) {
          Oracle many = make({.population = 12, .max_epochs = 20, .generation_epochs = 3}, max_trials);
          simulate(many, workers, training(order, failures));
          REQUIRE(many.scheduler().finished());
          REQUIRE(many.trials().size() == alone.trials().size());
          REQUIRE(many.best() == alone.best());
          REQUIRE(many.epochs() == alone.epochs());
          for (std::size_t i = 0; i < alone.trials().size(); ++i) {
            REQUIRE(many.trials()[i].hyperparameters == alone.trials()[i].hyperparameters);
            REQUIRE(many.trials()[i].parent == alone.trials()[i].parent);
            REQUIRE(many.trials()[i].status == alone.trials()[i].status);
          }
        }
    }
}

TEST_CASE("the lowest fifth goes on from one of the best fifth, with other values of what may change") {
  const SearchSpace space = mixed();
  Oracle oracle = make({.population = 10, .max_epochs = 20, .generation_epochs = 5});
  SimulatedTraining trained = training(1);
  trained.score = [](TrialId trial, int) { return static_cast<double>(trial); };
  CHECK(planned(oracle)->trials == 10 + 3 * 2);
  CHECK(planned(oracle)->epochs == 10 * 20);
  const SimulatedSweep sweep = simulate(oracle, 4, trained);
  CHECK(sweep.epochs == 10 * 20);
  REQUIRE(oracle.trials().size() == 16);
  for (TrialId id = 10; id < 16; ++id) {
    const Trial& trial = oracle.trials()[id];
    const Trial& parent = oracle.trials()[trial.parent];
    CHECK((trial.parent == 0 || trial.parent == 1));
    CHECK(trial.slot.first_epoch >= 5);
    CHECK(trial.hyperparameters.at("layers") == parent.hyperparameters.at("layers"));
    CHECK(trial.hyperparameters != parent.hyperparameters);
    for (const Hyperparameter& each : space.hyperparameters())
      if (trial.hyperparameters.contains(each.name))
        CHECK(contains(each.domain, trial.hyperparameters.at(each.name)));
    CHECK(trial.hyperparameters.contains("momentum") ==
          (trial.hyperparameters.at("optimizer") == Value(std::string("sgd"))));
  }
  // 8 and 9 end after the first generation, the descendants (10 and 11) after the second, and so on.
  for (const TrialId id : {8, 9, 10, 11, 12, 13}) CHECK(oracle.trials()[id].status == TrialStatus::stopped);
  for (const TrialId id : {0, 1, 7, 14, 15}) CHECK(oracle.trials()[id].status == TrialStatus::completed);
}

TEST_CASE("a population is compared by its latest scores, not by its best") {
  Oracle oracle = make({.population = 5, .max_epochs = 4, .generation_epochs = 2});
  SimulatedTraining trained = training(1);
  trained.score = [](TrialId trial, int epoch) { return trial == 3 ? (epoch == 1 ? -1.0 : 9.0) : 1.0; };
  simulate(oracle, 2, trained);
  CHECK(oracle.trials()[3].status == TrialStatus::stopped);
  CHECK(oracle.trials()[3].score == -1);
}

TEST_CASE("a parent goes on once its descendants need its checkpoint no more") {
  Population population({.population = 5, .max_epochs = 4, .generation_epochs = 2}, 0, {loss, mixed(), 7});
  for (TrialId trial = 0; trial < 5; ++trial) population.started(population.next(trial)->slot);
  CHECK_FALSE(population.next(TrialId{5}));
  Effects effects;
  for (TrialId trial = 0; trial < 5; ++trial)
    effects = population.observed({.slot = {trial, 0, 0, 0, 0, 2}, .score = static_cast<double>(trial)});
  const Proposal descendant = *population.next(TrialId{5});
  CHECK(descendant.parent == 0);
  CHECK(descendant.slot == Slot{5, 0, 0, 1, 2, 4});
  CHECK(population.expects(descendant.slot, 0));
  CHECK_FALSE(population.expects(descendant.slot, 1));
  CHECK_FALSE(population.expects({0, 0, 0, 1, 2, 4}, -1));
  population.started(descendant.slot);
  for (const TrialId trial : {1, 2, 3}) {
    CHECK(population.next(std::nullopt)->slot == Slot{trial, 0, 0, 1, 2, 4});
    population.started({trial, 0, 0, 1, 2, 4});
  }
  CHECK_FALSE(population.next(std::nullopt));
  population.observed({.slot = descendant.slot, .score = NAN, .failed = true});
  CHECK(population.next(std::nullopt)->slot == Slot{0, 0, 0, 1, 2, 4});
}

TEST_CASE("explored values are in their domains, and those with steps move") {
  const SearchSpace space = mixed();
  std::set<std::string> seen;
  Values parent = draw(mixed(), 1, 1);
  parent["optimizer"] = std::string("sgd");
  parent["momentum"] = 0.5;
  int moved = 0, numbers = 0;
  for (int member = 0; member < 400; ++member) {
    const Values values = explored(mixed(), parent, {.resampling = 0}, 3, 1, member);
    CHECK(values.at("layers") == parent.at("layers"));
    CHECK(values.at("optimizer") == parent.at("optimizer"));  // without an order there is no neighbour
    const double factor = std::get<double>(values.at("rate")) / std::get<double>(parent.at("rate"));
    CHECK((std::abs(factor - 1.2) < 1e-12 || std::abs(factor - 0.8) < 1e-12 ||
           contains(space.hyperparameters()[0].domain, values.at("rate"))));
    ++numbers;
    moved += values.at("batch") != parent.at("batch");
    seen.insert(to_string(values.at("batch")));
    for (const Hyperparameter& each : space.hyperparameters())
      if (values.contains(each.name)) CHECK(contains(each.domain, values.at(each.name)));
  }
  CHECK(moved > numbers * 3 / 10);  // not at an edge
  CHECK(seen.size() <= 3);
  std::set<std::string> resampled;
  for (int member = 0; member < 400; ++member)
    resampled.insert(to_string(explored(mixed(), parent, {.resampling = 1}, 3, 1, member).at("size")));
  CHECK(resampled.size() == 3);
}

TEST_CASE("a population that makes no plan is refused, and a space without what may change") {
  CHECK_THROWS_AS(Population({.population = 1}, 0, {loss}), UsageError);
  CHECK_THROWS_AS(Population({.max_epochs = 5, .generation_epochs = 6}, 0, {loss}), UsageError);
  SearchSpace fixed;
  fixed.add({"x", IntRange{1, 9}, std::int64_t{1}, {}});
  CHECK_THROWS_AS(population_scheduler().check(fixed), UsageError);
  CHECK_NOTHROW(population_scheduler().check(mixed()));
}
