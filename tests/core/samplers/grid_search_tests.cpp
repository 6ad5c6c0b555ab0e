#include "core/samplers/grid_search.hpp"

#include <set>

#include "catch.hpp"
#include "core/layered.hpp"
#include "core/oracle/simulation.hpp"
#include "core/samplers/asking.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

Value text(const char* value) {
  return std::string(value);
}

Value number(std::int64_t value) {
  return value;
}

// What exists under sgd only stands between what always does.
SearchSpace conditional() {
  SearchSpace space;
  space.add({"layers", IntRange{1, 3}, number(2), {}});
  space.add({"optimizer", Choices{{text("sgd"), text("adam")}}, text("adam"), {}});
  space.add({"nesterov", Choices{{false, true}}, true, {{"optimizer", {text("sgd")}}}});
  space.add({"rate", FloatRange{.1, .3, .1}, .1, {}});
  return space;
}

std::unique_ptr<GridSearch> grid(const SearchSpace& space) {
  return std::make_unique<GridSearch>(std::make_unique<RandomSampler>(space, 1), space);
}

std::string line(const Values& values) {
  std::string line;
  for (const auto& [name, value] : values) line += (line.empty() ? "" : " ") + to_string(value);
  return line;
}

/// Trials from `first` on, until all is tried.
std::vector<Values> all_from(Sampler& sampler, TrialId first = 0) {
  std::vector<Values> all;
  for (; !sampler.exhausted(); ++first) {
    const Sample sample = sampler.sample(first);
    CHECK(sampler.sample(first).values == sample.values);
    all.push_back(sample.values);
    sampler.started(first, sample.values);
    if (all.size() > 100'000) FAIL("there is no end of it");
  }
  return all;
}

std::unique_ptr<GridSearch> asking_grid(std::function<void(HyperParameters&)> questions,
                                        std::optional<std::uint64_t> configurations, bool asks = true) {
  const SearchSpace space = space_of(questions);
  return std::make_unique<GridSearch>(
      std::make_unique<AskingSampler>(space, 1, configurations, asks ? asker(questions) : Ask{}), space);
}

/// The space names three units, and a configuration has as many as it has layers: 2 (3 + 9 + 27) with the
/// rate.
void as_many_as_layers(HyperParameters& hp) {
  const auto layers = hp.Int("layers", 1, 3, {.default_value = 3});
  for (std::int64_t i = 0; i < layers; ++i) hp.Int("units_" + std::to_string(i), 1, 3, {.default_value = 2});
  hp.Boolean("slow");
}

}  // namespace

TEST_CASE("a grid begins with the defaults, and the last hyperparameter changes fastest") {
  std::vector<std::string> lines;
  const auto sampler = grid(conditional());
  for (const Values& each : all_from(*sampler)) lines.push_back(line(each));
  // layers, nesterov, optimizer, rate: in the order of their names
  CHECK(lines == std::vector<std::string>{"2 adam 0.1",      "2 adam 0.2",      "2 adam 0.3",       //
                                          "2 true sgd 0.1",  "2 true sgd 0.2",  "2 true sgd 0.3",   //
                                          "2 false sgd 0.1", "2 false sgd 0.2", "2 false sgd 0.3",  //
                                          "1 adam 0.1",      "1 adam 0.2",      "1 adam 0.3",       //
                                          "1 true sgd 0.1",  "1 true sgd 0.2",  "1 true sgd 0.3",   //
                                          "1 false sgd 0.1", "1 false sgd 0.2", "1 false sgd 0.3",  //
                                          "3 adam 0.1",      "3 adam 0.2",      "3 adam 0.3",       //
                                          "3 true sgd 0.1",  "3 true sgd 0.2",  "3 true sgd 0.3",   //
                                          "3 false sgd 0.1", "3 false sgd 0.2", "3 false sgd 0.3"});
  CHECK(sampler->sample(27).origin.sampler == "random");  // repeats, where they are wanted
}

TEST_CASE("a grid that is told a part of its trials anew goes on with the next") {
  const auto whole = all_from(*grid(conditional()));
  for (std::size_t told = 0; told < whole.size(); ++told) {
    const auto sampler = grid(conditional());
    for (std::size_t i = 0; i < told; ++i) sampler->started(static_cast<TrialId>(i), whole[i]);
    const auto rest = all_from(*sampler, static_cast<TrialId>(told));
    REQUIRE(
        std::equal(whole.begin() + static_cast<std::ptrdiff_t>(told), whole.end(), rest.begin(), rest.end()));
  }
}

TEST_CASE("what others chose is not tried again, and what is not on the grid takes nobody's place") {
  auto expected = all_from(*grid(conditional()));
  const auto sampler = grid(conditional());
  sampler->started(0, expected[20]);
  sampler->started(1, {{"layers", number(7)}, {"optimizer", text("adam")}, {"rate", .1}});
  sampler->started(2, expected[1]);
  sampler->started(3, expected[1]);
  sampler->started(4, expected[26]);
  for (const std::ptrdiff_t done : {26, 20, 1}) expected.erase(expected.begin() + done);
  CHECK(all_from(*sampler, 5) == expected);
}

TEST_CASE("hyperparameters that a worker found do not make a configuration a new one on a grid") {
  const auto expected = all_from(*grid(conditional()));
  const auto sampler = grid(conditional());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    Values values = expected[i];
    values["found"] = .5;
    REQUIRE(sampler->sample(static_cast<TrialId>(i)).values == expected[i]);
    sampler->started(static_cast<TrialId>(i), values);
  }
  CHECK(sampler->exhausted());
}

TEST_CASE("one name under two conditions has on the grid the values of each") {
  SearchSpace space;
  space.add({"optimizer", Choices{{text("sgd"), text("adam")}}, text("sgd"), {}});
  space.add({"rate", FloatRange{.1, .2, .1}, .2, {{"optimizer", {text("sgd")}}}});
  space.add({"rate", FloatRange{.001, .002, .001}, .001, {{"optimizer", {text("adam")}}}});
  std::vector<std::string> lines;
  for (const Values& each : all_from(*grid(space))) lines.push_back(line(each));
  CHECK(lines == std::vector<std::string>{"sgd 0.2", "sgd 0.1", "adam 0.001", "adam 0.002"});
}

TEST_CASE("a space without a choice has one configuration on the grid") {
  CHECK(all_from(*grid(SearchSpace{})) == std::vector<Values>{{}});
  SearchSpace fixed;
  fixed.add({"x", Choices{{number(3)}}, number(3), {}});
  CHECK(all_from(*grid(fixed)) == std::vector<Values>{{{"x", number(3)}}});
}

TEST_CASE("a grid of very many combinations is not listed") {
  SearchSpace space;
  for (int i = 0; i < 12; ++i)
    space.add({"x" + std::to_string(10 + i), IntRange{1, 1'000'000'000}, number(500), {}});
  const auto sampler = grid(space);
  for (TrialId trial = 0; trial < 2000; ++trial) {
    const Values values = sampler->sample(trial).values;
    const std::int64_t last = trial == 0 ? 500 : trial < 500 ? trial : trial + 1;
    REQUIRE(values.at("x21") == number(last));
    REQUIRE(values.at("x20") == number(500));
    sampler->started(trial, values);
  }
  CHECK_FALSE(sampler->exhausted());
}

TEST_CASE("a grid of a job that asks has each configuration once, in order, with what it asks for alone") {
  for (const bool counted : {false, true}) {
    const auto configurations = counted ? std::optional<std::uint64_t>(78) : std::nullopt;
    int asked = 0;
    const auto sampler = asking_grid(
        [&](HyperParameters& hp) {
          ++asked;
          as_many_as_layers(hp);
        },
        configurations);
    asked = 0;
    const auto all = all_from(*sampler);
    REQUIRE(all.size() == 78);
    CHECK(asked == 78);  // no model is built to find out that it was tried
    CHECK(std::set<Values>(all.begin(), all.end()).size() == 78);
    CHECK(line(all[0]) == "3 false 2 2 2");  // layers, slow, units
    CHECK(line(all[1]) == "3 true 2 2 2");
    CHECK(line(all[2]) == "3 false 2 2 1");
    CHECK(line(all[54]) == "1 false 2");
    CHECK(line(all[55]) == "1 true 2");
    CHECK(line(all[56]) == "1 false 1");
    CHECK(line(all[60]) == "2 false 2 2");
  }
}

TEST_CASE("a grid of a job that asks is told again without asking, and goes on with it") {
  const auto whole = all_from(*asking_grid(as_many_as_layers, std::nullopt));
  for (std::size_t told = 0; told <= whole.size(); ++told) {
    const auto sampler = asking_grid(as_many_as_layers, std::nullopt);
    const auto silent = asking_grid(as_many_as_layers, std::nullopt, /*asks=*/false);
    for (std::size_t i = 0; i < told; ++i) {
      sampler->started(static_cast<TrialId>(i), whole[i]);
      silent->started(static_cast<TrialId>(i), whole[i]);
    }
    CHECK(silent->exhausted() == (told == 78));
    const auto rest = all_from(*sampler, static_cast<TrialId>(told));
    REQUIRE(
        std::equal(whole.begin() + static_cast<std::ptrdiff_t>(told), whole.end(), rest.begin(), rest.end()));
  }
}

TEST_CASE("what a job does not ask for is not gone through, however much there is of it") {
  const auto deep = [](HyperParameters& hp) {
    const auto layers = hp.Int("layers", 1, 30, {.default_value = 30});
    for (std::int64_t i = 0; i < layers; ++i) hp.Int("units_" + std::to_string(i), 1, 3);
    hp.Boolean("slow");
  };
  const SearchSpace named = space_of(deep);
  SearchSpace space;
  for (Hyperparameter each : named.hyperparameters()) {
    if (each.name == "layers") each.default_value = number(1);
    space.add(each);
  }
  GridSearch sampler(std::make_unique<AskingSampler>(space, 1, std::nullopt, asker(deep)), space);
  std::set<Values> seen;
  for (TrialId trial = 0; trial < 2 * (3 + 9 + 27 + 81); ++trial) {
    const Sample sample = sampler.sample(trial);
    REQUIRE(sample.origin.sampler == "grid");
    REQUIRE(seen.insert(sample.values).second);
    REQUIRE(std::get<std::int64_t>(sample.values.at("layers")) <= 4);
    sampler.started(trial, sample.values);
  }
  CHECK(sampler.sample(240).values.size() == 7);  // layers, 5 units, slow
}

TEST_CASE("what a job asks for beyond the space comes after the grid, where it is known how much that is") {
  const Layered layered{.usual = 1};  // the space names layers and units_0
  const SearchSpace space = space_of(layered);
  GridSearch sampler(std::make_unique<AskingSampler>(space, 1, 39, asker(layered)), space);
  const auto all = all_from(sampler);
  CHECK(std::set<Values>(all.begin(), all.end()).size() == 39);
  CHECK(all.size() == 39);
}

TEST_CASE("a sweep over a grid ends when it is used up, the same on any number of workers") {
  const auto oracle_of = [](bool hyperband) {
    std::unique_ptr<Scheduler> scheduler = std::make_unique<FullBudget>(1 << 30, 3, loss);
    if (hyperband) scheduler = std::make_unique<Hyperband>(HyperbandOptions{9, 3, 100}, loss);
    return Oracle(conditional(), {loss}, grid(conditional()), std::move(scheduler));
  };
  for (const bool hyperband : {false, true}) {
    Oracle alone = oracle_of(hyperband);
    CHECK(simulate(alone, 1, {}).end.reason == "the search space is used up");
    REQUIRE(alone.trials().size() == 27);
    CHECK(line(alone.trials()[0].hyperparameters) == "2 adam 0.1");
    for (const int workers : {2, 5, 30}) {
      Oracle oracle = oracle_of(hyperband);
      simulate(oracle, workers,
               {.seconds = [](TrialId trial, int) { return 1 + RandomStream(3, trial).uniform(); }});
      REQUIRE(oracle.trials().size() == 27);
      for (std::size_t i = 0; i < 27; ++i)
        REQUIRE(oracle.trials()[i].hyperparameters == alone.trials()[i].hyperparameters);
    }
  }
}

TEST_CASE(
    "a grid over continuous ranges is refused, with what to do, until it is said how many values they have") {
  SearchSpace space = conditional();
  space.add({"dropout", FloatRange{0, .5}, 0.0, {}});
  space.add({"momentum", FloatRange{0, 1}, 0.0, {{"optimizer", {text("sgd")}}}});
  CHECK_THROWS_AS(grid_sampler().exhausts(space, {}), UsageError);
  CHECK_THROWS_WITH(
      grid_sampler().exhausts(space, {}),
      "--sampler grid tries all values, of which a continuous range has no number: dropout, momentum. "
      "Give --grid-points N for N values of each range, or --set dropout=VALUE, or a step in the job");
  const SamplerSettings settings{.grid_points = 2};
  const SearchSpace searched = grid_sampler().exhausts(space, settings);
  const auto sampler = grid_sampler().make(std::make_unique<RandomSampler>(searched, 1), space, settings);
  // layers 1, 2 (its default) and 3; rate .1 and .3; under sgd both of nesterov and of momentum.
  CHECK(all_from(*sampler).size() == 3 * (1 + 2 * 2) * 2 * 2);
}
