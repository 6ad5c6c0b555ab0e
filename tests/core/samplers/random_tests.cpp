#include "core/samplers/random.hpp"

#include <set>

#include "catch.hpp"

using namespace sibyl;

namespace {

SearchSpace grid(std::int64_t side) {
  SearchSpace space;
  space.add({"x", IntRange{1, side}, std::int64_t{1}, {}});
  space.add({"y", IntRange{1, side}, std::int64_t{1}, {}});
  return space;
}

}  // namespace

TEST_CASE("a small space is used up: every configuration exactly once") {
  for (const std::int64_t side : {1, 2, 3, 10, 30}) {
    RandomSampler sampler(grid(side), 11);
    std::set<Values> seen;
    for (TrialId trial = 0; trial < side * side; ++trial) {
      REQUIRE_FALSE(sampler.exhausted());
      const Values values = sampler.sample(trial).values;
      REQUIRE(sampler.sample(trial).values == values);  // a question: asked twice, answered the same
      REQUIRE(seen.insert(values).second);
      sampler.started(trial, values);
    }
    CHECK(sampler.exhausted());
    CHECK(sampler.sample(side * side).values.size() == 2);  // repeats, where they are wanted
  }
}

TEST_CASE("the values of a trial depend on the seed and the trials before it alone") {
  const auto run = [](std::uint64_t seed) {
    RandomSampler sampler(grid(20), seed);
    std::vector<Values> all;
    for (TrialId trial = 0; trial < 300; ++trial) {
      all.push_back(sampler.sample(trial).values);
      sampler.started(trial, all.back());
    }
    return all;
  };
  CHECK(run(0) == run(0));
  CHECK(run(0) != run(1));  // seed 0 is a seed like any other
}

TEST_CASE("hyperparameters that a worker found do not make a configuration a new one") {
  RandomSampler sampler(grid(1), 1);
  Values values = sampler.sample(0).values;
  values["found"] = 0.5;
  sampler.started(0, values);
  CHECK(sampler.exhausted());
}

TEST_CASE("using up a space of many switches takes a moment, and repeats none") {
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
  constexpr int switches = 17;
#else
  constexpr int switches = 12;
#endif
  SearchSpace space;
  for (int i = 0; i < switches; ++i)
    space.add({std::string(1, static_cast<char>('a' + i)), Choices{{false, true}}, false, {}});
  RandomSampler sampler(space, 3);
  std::vector<bool> seen(1 << switches);
  for (TrialId trial = 0; trial < (1 << switches); ++trial) {
    const Values values = sampler.sample(trial).values;
    std::size_t number = 0;
    for (const auto& each : values)
      number = 2 * number + static_cast<std::size_t>(std::get<bool>(each.second));
    if (seen[number]) FAIL("trial " << trial << " repeats another");
    seen[number] = true;
    sampler.started(trial, values);
  }
  CHECK(sampler.exhausted());
}

TEST_CASE(
    "a space that can be counted is used up also where few configurations have nearly all of the weight") {
  SearchSpace space;
  space.add({"x", FloatRange{1e-4, 1, 0.1, Sampling::reverse_log}, 1e-4, {}});
  RandomSampler sampler(space, 5);
  std::set<Values> seen;
  for (TrialId trial = 0; trial < 10; ++trial) {
    const Values values = sampler.sample(trial).values;
    REQUIRE(seen.insert(values).second);
    sampler.started(trial, values);
  }
  CHECK(sampler.exhausted());
}

TEST_CASE("values that a space does not have use up nothing") {
  RandomSampler sampler(grid(1), 1);
  sampler.started(0, {{"x", std::int64_t{5}}, {"y", std::string("?")}});
  CHECK_FALSE(sampler.exhausted());
}

TEST_CASE("a space half of whose weight is on one configuration repeats none while there are others") {
  SearchSpace space;
  space.add({"kind", Choices{{false, true}}, false, {}});
  space.add({"x", IntRange{1, 1'000'000}, std::int64_t{1}, {{"kind", {true}}}});
  RandomSampler sampler(space, 1);
  std::set<Values> seen;
  for (TrialId trial = 0; trial < 1000; ++trial) {
    const Values values = sampler.sample(trial).values;
    seen.insert(values);
    sampler.started(trial, values);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("a space that can't be counted repeats none where a redraw finds another") {
  SearchSpace space;
  space.add({"kind", Choices{{false, true}}, false, {}});
  space.add({"x", FloatRange{0, 1}, 0.5, {{"kind", {true}}}});
  RandomSampler sampler(space, 1);
  std::set<Values> seen;
  for (TrialId trial = 0; trial < 200; ++trial) {
    const Values values = sampler.sample(trial).values;
    REQUIRE(seen.insert(values).second);
    sampler.started(trial, values);
  }
}

TEST_CASE(
    "a space that can't be counted gives repeats where few configurations have nearly all of the weight") {
  SearchSpace space;
  space.add({"x", FloatRange{1e-4, 1, 0.01, Sampling::reverse_log}, 1e-4, {}});
  space.add({"y", FloatRange{0, 1}, 0.5, {{"x", {1e-4}}}});
  RandomSampler sampler(space, 1);
  std::set<Values> seen;
  for (TrialId trial = 0; trial < 1000; ++trial) {
    const Values values = sampler.sample(trial).values;
    REQUIRE(values.contains("x"));
    REQUIRE(values.contains("y") == (values.at("x") == Value(1e-4)));
    seen.insert(values);
    sampler.started(trial, values);
  }
  CHECK_FALSE(sampler.exhausted());
  CHECK(seen.size() >= 100);  // all of x, and some of y
  CHECK(seen.size() < 500);
}
