#include "core/space/unit_cube.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"
#include "core/space/random_domain.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

SearchSpace mixed() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"width", IntRange{16, 64, 16}, std::int64_t{16}, {}});
  space.add({"fixed", Choices{{std::int64_t{3}}}, std::int64_t{3}, {}});
  space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.0, {{"optimizer", {std::string("sgd")}}}});
  space.add({"level", Choices{{1.0, 2.0, 3.0}, true}, 1.0, {}});
  return space;
}

}  // namespace

TEST_CASE("a unit cube has a dimension for each hyperparameter that can be chosen") {
  const UnitCube cube(mixed());
  REQUIRE(cube.dimensions().size() == 5);
  CHECK_FALSE(cube.dimensions()[0].values);
  CHECK(cube.dimensions()[1].values == 4);
  CHECK(cube.dimensions()[2].hyperparameter == 3);
  CHECK(cube.dimensions()[2].categorical);
  CHECK_FALSE(cube.dimensions()[4].categorical);  // its order says something
  CHECK_FALSE(cube.discrete());
  CHECK_FALSE(cube.unconditional());
}

TEST_CASE("a point of the unit cube is a configuration, and back") {
  const UnitCube cube(mixed());
  const Values values = cube.values({0.5, 0.99, 0.2, 0.25, 0.4});
  CHECK(std::get<double>(values.at("rate")) == Approx(1e-3));
  CHECK(values.at("width") == Value(std::int64_t{64}));
  CHECK(values.at("fixed") == Value(std::int64_t{3}));
  CHECK(values.at("optimizer") == Value(std::string("sgd")));
  CHECK(values.at("momentum") == Value(0.25));
  CHECK(values.at("level") == Value(2.0));
  const Point point = cube.point(values);
  CHECK(point[0] == Approx(0.5));
  CHECK(point[1] == 0.875);  // its cell's centre
  CHECK(point[2] == 0.25);
  CHECK(point[4] == 0.5);
  CHECK(cube.values(point) == values);

  const Point adam = cube.snapped({0.5, 0.99, 0.7, 0.25, 0.4});
  CHECK(adam[2] == 0.75);
  CHECK(std::isnan(adam[3]));  // only sgd has it
  CHECK(cube.values(adam).size() == 5);
}

TEST_CASE("what a configuration does not have, or its domain does not, is not active") {
  const UnitCube cube(mixed());
  const Point point = cube.point({{"rate", 2.0}, {"width", std::int64_t{32}}, {"momentum", 0.5}});
  CHECK(std::isnan(point[0]));
  CHECK(point[1] == 0.375);
  CHECK(std::isnan(point[3]));  // its condition does not hold
}

TEST_CASE("one name under two conditions is two dimensions, one at a time") {
  SearchSpace space;
  space.add({"deep", Choices{{false, true}}, false, {}});
  space.add({"width", IntRange{1, 4}, std::int64_t{1}, {{"deep", {false}}}});
  space.add({"width", IntRange{10, 19}, std::int64_t{10}, {{"deep", {true}}}});
  const UnitCube cube(space);
  REQUIRE(cube.dimensions().size() == 3);
  CHECK(cube.values({0.1, 0.99, 0.1}).at("width") == Value(std::int64_t{4}));
  CHECK(cube.values({0.9, 0.99, 0.1}).at("width") == Value(std::int64_t{11}));
  const Point deep = cube.snapped({0.9, 0.99, 0.1});
  CHECK(std::isnan(deep[1]));
  CHECK(deep[2] == Approx(0.15));
}

TEST_CASE("the places of any dimension are its cells, side by side from 0 to 1") {
  RandomStream random(7, "unit cube");
  int looked_at = 0;
  for (int i = 0; i < 3000; ++i) {
    const Domain domain = RandomDomain(random).any();
    try {
      check("x", domain);
    } catch (const Error&) {
      continue;
    }
    SearchSpace space;
    space.add({"x", domain, quantile(domain, 0), {}});
    const UnitCube cube(space);
    if (cube.dimensions().empty() || !cube.dimensions()[0].values) continue;
    const std::uint64_t values = std::min<std::uint64_t>(*cube.dimensions()[0].values, 50);
    double before = 0;
    for (std::uint64_t place = 0; place < values; ++place) {
      const double at = cube.coordinate(0, place);
      const Quantiles cell = cube.cell(0, at);
      REQUIRE(cube.place(0, at) == place);
      REQUIRE(cube.snapped({at})[0] == at);
      REQUIRE(std::abs(cell.low - before) < 1e-9);
      REQUIRE((cell.low <= at && at <= cell.high));
      before = cell.high;
    }
    if (values == *cube.dimensions()[0].values) CHECK(std::abs(before - 1) < 1e-9);
    ++looked_at;
  }
  CHECK(looked_at > 200);
}
