#include "core/samplers/tpe/parzen.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "catch.hpp"
#include "core/samplers/tpe/history.hpp"
#include "core/samplers/tpe/normal.hpp"

using namespace sibyl;
using namespace sibyl::tpe;

namespace {

const double not_active = std::numeric_limits<double>::quiet_NaN();

UnitCube cube_of(const std::vector<Domain>& domains) {
  SearchSpace space;
  for (std::size_t i = 0; i < domains.size(); ++i)
    space.add({"x" + std::to_string(i), domains[i], value_at(domains[i], 0), {}});
  return UnitCube(space);
}
UnitCube line() {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return UnitCube(space);
}
// A momentum for one of three optimizers, and a width.
UnitCube conditional() {
  SearchSpace space;
  const auto name = [](const char* text) { return Value(std::string(text)); };
  space.add({"optimizer", Choices{{name("sgd"), name("adam"), name("lion")}}, name("sgd"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.5, {{"optimizer", {name("sgd")}}}});
  space.add({"width", IntRange{1, 9, 1, Sampling::log}, std::int64_t{1}, {}});
  return UnitCube(space);
}

Parzen fit(const UnitCube& cube, const std::vector<Point>& points, double weight = 1) {
  History history(cube);
  Group group;
  for (std::uint32_t i = 0; i < points.size(); ++i) {
    history.started(i, cube.snapped(points[i]));
    group.trials.push_back(i);
    group.weights.push_back(weight);
  }
  return {cube, group.weights, history.columns(group)};
}

double density(const Parzen& parzen, const UnitCube& cube, const Point& point) {
  return std::exp(parzen.log_densities(Batch(cube, {point}))[0]);
}

// Of a function of all configurations: the sum over cells, of the integral over what is continuous.
double integral(const UnitCube& cube, const std::function<double(const Point&)>& f, Point begun = {}) {
  const std::size_t d = begun.size();
  if (d == cube.dimensions().size()) return f(begun);
  begun.push_back(0.5);
  Point rest = begun;
  rest.resize(cube.dimensions().size(), 0.5);
  if (std::isnan(cube.snapped(rest)[d])) {
    begun[d] = not_active;
    return integral(cube, f, begun);
  }
  double sum = 0;
  if (const auto values = cube.dimensions()[d].values) {
    for (std::uint64_t place = 0; place < *values; ++place) {
      begun[d] = cube.coordinate(d, place);
      const Quantiles cell = cube.cell(d, begun[d]);
      sum += (cell.high - cell.low) * integral(cube, f, begun);
    }
    return sum;
  }
  constexpr int steps = 400;
  for (int i = 0; i < steps; ++i) {
    begun[d] = (i + 0.5) / steps;
    sum += integral(cube, f, begun) / steps;
  }
  return sum;
}

double total(const UnitCube& cube, const std::vector<Point>& points) {
  const Parzen parzen = fit(cube, points);
  return integral(cube, [&](const Point& point) { return density(parzen, cube, point); });
}

}  // namespace

TEST_CASE("exponentials, logarithms and normal distributions are what the C library has") {
  for (double x = -600; x < 600; x += 0.37) CHECK(exponential(x) == Approx(std::exp(x)).epsilon(1e-9));
  for (float x = -86; x <= 0; x += 0.01F)
    CHECK(exponential_below_1(x) == Approx(std::exp(static_cast<double>(x))).epsilon(2e-6));
  CHECK(exponential_below_1(-1e9F) > 0);
  CHECK(exponential(-1e9) > 0);
  CHECK(exponential(1e9) < std::numeric_limits<double>::infinity());
  for (double x = 1e-300; x < 1e300; x *= 31.7) CHECK(logarithm(x) == Approx(std::log(x)).epsilon(1e-13));
  for (double x = 0.5; x < 2; x += 0.001) CHECK(std::abs(logarithm(x) - std::log(x)) < 1e-14);
  for (double x = -30; x < 9; x += 0.013)
    CHECK(normal_below(x) == Approx(0.5 * std::erfc(-x / std::numbers::sqrt2)).epsilon(1e-7));
  CHECK(normal_between(8, 9) == Approx(normal_between(-9, -8)));
  CHECK(normal_between(8, 9) == Approx(6.2198e-16).epsilon(1e-3));
  for (double p = 1e-15; p < 1; p = p < 0.1 ? 2 * p : p + 0.01)
    CHECK(normal_below(normal_quantile(p)) == Approx(p).epsilon(1e-6));
}

TEST_CASE("a density adds up to 1 over numbers, steps, choices and what depends on them") {
  CHECK(total(line(), {}) == Approx(1).epsilon(1e-4));
  CHECK(total(line(), {{0.0}}) == Approx(1).epsilon(1e-4));
  CHECK(total(line(), {{0.02}, {0.021}, {0.6}, {0.999}, {0.999}}) == Approx(1).epsilon(1e-4));

  const UnitCube steps = cube_of({IntRange{1, 200, 1, Sampling::log}});
  CHECK(total(steps, {{0.0}, {0.01}, {0.5}, {0.51}, {0.9}}) == Approx(1).epsilon(1e-4));
  const UnitCube few = cube_of({IntRange{1, 3}, Choices{{1.5, 2.5, 0.5, 9.0}}});
  CHECK(total(few, {{0.1, 0.1}, {0.1, 0.3}, {0.9, 0.3}}) == Approx(1).epsilon(1e-5));
  CHECK(total(few, std::vector<Point>(150, {0.1, 0.3})) == Approx(1).epsilon(1e-5));
  const UnitCube many = cube_of({IntRange{0, 99'999}});
  CHECK(total(many, {{0.1}, {0.3}, {0.3}}) == Approx(1).epsilon(1e-4));

  CHECK(total(conditional(), {{0.1, 0.8, 0.3}, {0.1, 0.9, 0.4}, {0.5, 0.5, 0.4}, {0.9, 0.5, 0.99}}) ==
        Approx(1).epsilon(1e-4));
  CHECK(total(conditional(), {{0.5, 0.5, 0.4}}) == Approx(1).epsilon(1e-4));
}

TEST_CASE("a kernel is as wide as the farther gap, and cut off at the edges") {
  const auto cut = [](double x, double at, double width) {
    const auto below = [&](double z) { return 0.5 * std::erfc(-(z - at) / width / std::numbers::sqrt2); };
    const double z = (x - at) / width;
    return std::exp(-0.5 * z * z) / (width * std::sqrt(2 * std::numbers::pi)) / (below(1) - below(0));
  };
  const UnitCube cube = line();
  for (const double x : {0.05, 0.3, 0.95}) {
    // Alone, its gaps are those to the edges.
    CHECK(density(fit(cube, {{0.2}}), cube, {x}) == Approx((cut(x, 0.2, 0.8) + cut(x, 0.5, 1)) / 2));
    // The first and the last have one neighbour; and none is narrower than 1 / (n + 2).
    CHECK(density(fit(cube, {{0.3}, {0.9}, {0.2}}), cube, {x}) ==
          Approx((cut(x, 0.2, 0.2) + cut(x, 0.3, 0.6) + cut(x, 0.9, 0.6) + cut(x, 0.5, 1)) / 4));
    CHECK(density(fit(cube, {{0.3}, {0.3}}, 4), cube, {x}) ==
          Approx((8 * cut(x, 0.3, 0.25) + cut(x, 0.5, 1)) / 9));
  }
}

TEST_CASE("what is drawn has the density that is told") {
  const UnitCube cube = conditional();
  const Parzen parzen =
      fit(cube, {{0.1, 0.8, 0.3}, {0.1, 0.9, 0.4}, {0.5, 0.5, 0.4}, {0.9, 0.5, 0.99}, {0.1, 0.1, 0.1}});
  // By optimizer and width, and whether a momentum is large.
  std::map<std::tuple<double, double, bool>, double> expected, seen;
  const auto kind = [](const Point& point) { return std::tuple(point[0], point[2], point[1] > 0.7); };
  integral(cube, [&](const Point& point) {
    const Quantiles a = cube.cell(0, point[0]), b = cube.cell(2, point[2]);
    const double share = (a.high - a.low) * (b.high - b.low) / (std::isnan(point[1]) ? 1 : 400);
    expected[kind(point)] += density(parzen, cube, point) * share;
    return 0.0;
  });
  RandomStream random(3, "draws");
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) seen[kind(cube.snapped(parzen.draw(random)))] += 1.0 / draws;
  CHECK(expected.size() == 36);
  for (const auto& [each, share] : expected)
    CHECK(std::abs(seen[each] - share) < 5 * std::sqrt(share * (1 - share) / draws));
}

TEST_CASE("an estimator of very many dimensions is finite where it was fitted and far from it") {
  const UnitCube cube = cube_of(std::vector<Domain>(400, IntRange{0, 1'000'000}));
  const Parzen parzen = fit(cube, std::vector<Point>(200, Point(400, 0.25)));
  for (const double at : {0.25, 0.75})
    CHECK(std::isfinite(parzen.log_densities(Batch(cube, {Point(400, at)}))[0]));
}
