#include "sweep/options/auto_sampler.hpp"

#include "catch.hpp"

using namespace sibyl;

namespace {

SearchSpace space_of(int numbers, int choices, int dependent) {
  SearchSpace space;
  const std::string a = "a", b = "b";
  for (int i = 0; i < numbers; ++i) space.add({"n" + std::to_string(i), FloatRange{0, 1}, 0.5, {}});
  for (int i = 0; i < choices; ++i) space.add({"c" + std::to_string(i), Choices{{a, b}}, a, {}});
  for (int i = 0; i < dependent; ++i)
    space.add({"d" + std::to_string(i), FloatRange{0, 1}, 0.5, {{"c0", {a}}}});
  return space;
}

std::string chosen(const SearchSpace& space, SweepOptions options = {}) {
  return chosen_sampler(options, space).name;
}

SweepOptions full(std::int64_t trials) {
  SweepOptions options;
  options.scheduler = "full";
  options.max_trials = trials;
  return options;
}

}  // namespace

TEST_CASE(
    "the sampler goes by how many trials are planned, how many numbers there are, and what depends on what") {
  CHECK(chosen(space_of(3, 0, 0), full(15)) == "random");
  CHECK(chosen(space_of(3, 0, 0), full(16)) == "gp");
  CHECK(chosen(space_of(20, 0, 0), full(79)) == "random");  // a model begins with 40
  CHECK(chosen(space_of(20, 0, 0), full(80)) == "gp");
  CHECK(chosen(space_of(21, 0, 0), full(200)) == "tpe");
  CHECK(chosen(space_of(3, 0, 0), full(1000)) == "gp");
  CHECK(chosen(space_of(3, 0, 0), full(1001)) == "tpe");
  CHECK(chosen(space_of(3, 3, 0), full(100)) == "gp");
  CHECK(chosen(space_of(3, 4, 0), full(100)) == "tpe");
  CHECK(chosen(space_of(3, 1, 2), full(100)) == "gp");
  CHECK(chosen(space_of(2, 1, 2), full(100)) == "tpe");
  CHECK(chosen(space_of(3, 0, 0)) == "gp");  // Hyperband's 143 trials of 100 epochs
  CHECK(chosen(SearchSpace(), full(100)) == "random");
}

TEST_CASE("what is fixed leaves no place for what depends on another value") {
  SearchSpace space = space_of(2, 1, 3);
  CHECK(chosen(space, full(100)) == "tpe");
  space.fix("c0", "b");
  CHECK(chosen(space, full(100)) == "gp");
  CHECK(chosen_sampler(full(100), space).reason ==
        "2 of 2 hyperparameters are numbers, and 100 trials are few");
}

TEST_CASE("what is known before makes a model worth while") {
  SweepOptions options = full(5);
  CHECK(chosen(space_of(3, 0, 0), options) == "random");
  options.prior["n0"] = "0.5";
  CHECK(chosen(space_of(3, 0, 0), options) == "gp");
}
