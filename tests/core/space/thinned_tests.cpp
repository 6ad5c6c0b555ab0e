#include "core/space/thinned.hpp"

#include <limits>

#include "catch.hpp"

using namespace sibyl;

namespace {

std::vector<Value> values_of(const Domain& domain, const Value& default_value, int points) {
  SearchSpace space;
  space.add({"x", domain, default_value, {}});
  const Domain thin = thinned(space, points).hyperparameters().front().domain;
  std::vector<Value> values;
  for (std::uint64_t place = 0; place < size(thin).value(); ++place) {
    values.push_back(value_at(thin, place));
    CHECK(contains(domain, values.back()));
  }
  return values;
}

std::vector<Value> reals(std::initializer_list<double> values) {
  return {values.begin(), values.end()};
}

std::vector<Value> integers(std::initializer_list<std::int64_t> values) {
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("a thinned range has its ends, and between them values as its sampling spreads them") {
  CHECK(values_of(FloatRange{0, 1}, 0.0, 2) == reals({0, 1}));
  CHECK(values_of(FloatRange{0, 1}, 0.0, 11) == reals({0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 1}));
  CHECK(values_of(FloatRange{1e-4, .1, 0, Sampling::log}, 1e-4, 4) == reals({1e-4, 1e-3, 1e-2, .1}));
  CHECK(values_of(FloatRange{1, 10, 0, Sampling::reverse_log}, 1.0, 2) == reals({1, 10}));
  CHECK(values_of(IntRange{1, 100}, std::int64_t{1}, 4) == integers({1, 34, 67, 100}));
  CHECK(values_of(IntRange{1, 1024, 2, Sampling::log}, std::int64_t{1}, 3) == integers({1, 32, 1024}));
  CHECK(values_of(FloatRange{0, 1, .1}, 0.0, 3) == reals({0, .5, 1}));
}

TEST_CASE("a thinned range has its default, wherever that is") {
  CHECK(values_of(FloatRange{0, 1}, 0.3, 3) == reals({0, .3, .5, 1}));
  CHECK(values_of(FloatRange{0, 1}, 0.5, 3) == reals({0, .5, 1}));
  CHECK(values_of(IntRange{1, 100}, std::int64_t{10}, 2) == integers({1, 10, 100}));
}

TEST_CASE("few values and choices stay as they are") {
  const Domain range = IntRange{2, 5},
               choices = Choices{{std::string("b"), std::string("a"), std::string("c")}};
  SearchSpace space;
  space.add({"range", range, std::int64_t{2}, {}});
  space.add({"choices", choices, std::string("a"), {{"range", {std::int64_t{3}}}}});
  space.add({"fixed", FloatRange{2, 2}, 2.0, {}});
  CHECK(thinned(space, 4) == space);
  CHECK(thinned(space, 2).hyperparameters()[1].domain == choices);
  CHECK(thinned(thinned(space, 2), 2) == thinned(space, 2));
}

TEST_CASE("a range may be as narrow or as wide as its numbers") {
  const double next = std::nextafter(1.0, 2.0);
  CHECK(values_of(FloatRange{1, next}, 1.0, 5) == reals({1, next}));
  CHECK(values_of(FloatRange{1, 1 + 1e-12}, 1.0, 5).size() == 5);
  const double largest = std::numeric_limits<double>::max();
  CHECK(values_of(FloatRange{-largest, largest}, 0.0, 3) == reals({-largest, 0, largest}));
  const std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                     max = std::numeric_limits<std::int64_t>::max();
  CHECK(values_of(IntRange{min, max}, min, 2) == integers({min, max}));
  CHECK(values_of(IntRange{1, 3, 1, Sampling::log}, std::int64_t{1}, 2) == integers({1, 3}));
}
