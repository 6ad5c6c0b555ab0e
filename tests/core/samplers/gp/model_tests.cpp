#include <cmath>

#include "catch.hpp"
#include "core/samplers/gp/box_lbfgs.hpp"
#include "core/samplers/gp/elementary.hpp"
#include "core/samplers/gp/fit.hpp"
#include "core/samplers/gp/outputs.hpp"
#include "core/samplers/gp/search.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;
using namespace sibyl::gp;

namespace {

/// Numbers, a category, a number that only the category's first value has, and a step of four values.
UnitCube mixed_cube() {
  SearchSpace space;
  const Value first = std::string("a"), second = std::string("b");
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  space.add({"y", FloatRange{0, 1}, 0.5, {}});
  space.add({"kind", Choices{{first, second, Value(std::string("c"))}}, first, {}});
  space.add({"z", FloatRange{0, 1}, 0.5, {{"kind", {first}}}});
  space.add({"steps", IntRange{1, 4}, std::int64_t{1}, {}});
  return UnitCube(space);
}

Point random_point(const UnitCube& cube, RandomStream& random) {
  Point point;
  for (std::size_t i = 0; i < cube.dimensions().size(); ++i) point.push_back(random.uniform());
  return cube.snapped(point);
}

struct Data {
  explicit Data(std::size_t size, std::uint64_t seed = 1) : cube(mixed_cube()), layout(cube), inputs(layout) {
    RandomStream random(seed, "data");
    for (std::size_t i = 0; i < size; ++i) {
      points.push_back(random_point(cube, random));
      log_budgets.push_back(i % 3 == 0 ? 0 : 1.1);
      inputs.add(layout, points.back(), log_budgets.back());
      targets.push_back(random.normal());
    }
  }
  UnitCube cube;
  Layout layout;
  std::vector<Point> points;
  std::vector<double> log_budgets;
  Inputs inputs;
  std::vector<double> targets;
};

Priors some_prior(const UnitCube& cube) {
  const auto& first = cube.space().hyperparameters()[cube.dimensions()[0].hyperparameter];
  return {cube, {{first.name, to_string(first.default_value)}}};
}

const Parameters some_parameters({-0.5, 0.2, 0.1, -0.3, 0.4, 0.3, -4, -1});

}  // namespace

TEST_CASE("gp: elementary functions are those of the C library, nearly") {
  for (double x = -40; x < 40; x += 0.37) CHECK(exponential(x) == Approx(std::exp(x)).epsilon(1e-13));
  for (double x = 1e-300; x < 1e300; x *= 1.7e5) CHECK(logarithm(x) == Approx(std::log(x)).epsilon(1e-14));
  CHECK(exponential(-1e9) < 1e-300);
  CHECK(logarithm(1) == 0);
  for (const double p : {0.0, 1e-9, 1e-4, 0.5, 2.0})
    CHECK(power_difference(p, 0.7) == Approx(p == 0 ? 0.7 : std::expm1(p * 0.7) / p).epsilon(1e-12));
}

TEST_CASE("gp: the gain's logarithm is right where the gain is tiny, and smooth where its formula changes") {
  const auto direct = [](double z) {
    return std::log(std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)) +
                    z * std::erfc(-z / std::sqrt(2)) / 2);
  };
  for (double z = -5; z < 29; z += 0.21) CHECK(log_gain(z).value == Approx(direct(z)).epsilon(1e-8));
  for (double z = -200; z < 60; z += 0.73) {
    CHECK(std::isfinite(log_gain(z).value));
    CHECK(log_gain(z).slope ==
          Approx((log_gain(z + 1e-4).value - log_gain(z - 1e-4).value) / 2e-4).epsilon(1e-4));
  }
  // Asymptotically phi(z) / z^2.
  CHECK(log_gain(-1e4).value == Approx(-5e7 - 0.9189385 - 2 * std::log(1e4)).epsilon(1e-10));
}

TEST_CASE("gp: a factor that was extended equals, bit for bit, one that was computed at once") {
  RandomStream random(3, "matrix");
  for (const std::size_t size : {1u, 5u, 31u, 33u, 150u}) {
    Matrix root(size, size), matrix(size, size);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j) root[i][j] = random.normal();
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j)
        matrix[i][j] = matrix[j][i] = dot(root[i], root[j], size) + (i == j ? 1 : 0);
    const Factor whole(matrix);
    Matrix corner((size + 1) / 2, (size + 1) / 2);
    for (std::size_t i = 0; i < corner.rows(); ++i) std::copy_n(matrix[i], corner.columns(), corner[i]);
    Factor grown(corner);
    for (std::size_t n = corner.rows(); n < size; ++n) {
      std::vector<double> column(matrix[n], matrix[n] + n + 1);
      grown.extend(column);
    }
    std::vector<double> a(size), b;
    for (double& each : a) each = random.normal();
    const std::vector<double> right = b = a;
    CHECK(whole.log_determinant() == grown.log_determinant());
    whole.solve_transposed(a);
    grown.solve_transposed(b);
    CHECK(a == b);
    whole.solve(a);
    grown.solve(b);
    CHECK(a == b);
    for (std::size_t i = 0; i < size; ++i)
      CHECK(dot(matrix[i], a.data(), size) == Approx(right[i]).margin(1e-7));

    Matrix several(size, 7);
    for (std::size_t i = 0; i < size; ++i) several[i][4] = right[i];
    whole.solve_transposed(several);
    std::vector<double> one = right;
    whole.solve_transposed(one);
    for (std::size_t i = 0; i < size; ++i) CHECK(several[i][4] == one[i]);

    Matrix inverse(size, size);
    whole.subtract_inverse(inverse);
    for (std::size_t i = 0; i < size; ++i) {
      std::vector<double> unit(size);
      unit[i] = 1;
      whole.solve_transposed(unit);
      whole.solve(unit);
      for (std::size_t j = i; j < size; ++j) CHECK(-inverse[i][j] == Approx(unit[j]).margin(1e-9));
    }
  }
}

TEST_CASE("gp: the gradients of the likelihood and of the beliefs are those of finite differences") {
  const Data data(40);
  Likelihood likelihood(data.layout, data.inputs, data.targets);
  const Beliefs beliefs{5, true};
  std::vector<double> gradient(8), ignored(8), surprise(8);
  likelihood(some_parameters, gradient);
  beliefs.surprise(some_parameters, surprise);
  for (std::size_t i = 0; i < 8; ++i) {
    Parameters more = some_parameters, less = some_parameters;
    more.logs[i] += 1e-5;
    less.logs[i] -= 1e-5;
    CHECK(gradient[i] ==
          Approx((likelihood(more, ignored) - likelihood(less, ignored)) / 2e-5).epsilon(1e-5).margin(1e-5));
    CHECK(surprise[i] == Approx((beliefs.surprise(more, ignored) - beliefs.surprise(less, ignored)) / 2e-5)
                             .epsilon(1e-6)
                             .margin(1e-6));
  }
}

TEST_CASE("gp: the gradient of the gain is that of finite differences") {
  const Data data(30);
  Posterior posterior(data.layout, some_parameters, data.inputs, data.targets);
  posterior.believe(data.cube.snapped({0.2, 0.8, 0.1, 0.4, 0.9}), 1.1);
  RandomStream random(5, "places");
  for (const double best : {-20.0, -1.0, 1.0}) {
    const Aim aim{data.cube, data.layout, posterior, 1.1, best, {}, some_prior(data.cube), 7};
    Point point = data.cube.snapped({random.uniform(), random.uniform(), 0.1, random.uniform(), 0.5});
    const std::vector<std::size_t> dimensions = {0, 1, 3};
    std::vector<double> gradient(3), ignored(3);
    log_gain_at(aim, point, dimensions, gradient);
    for (std::size_t i = 0; i < 3; ++i) {
      Point more = point, less = point;
      more[dimensions[i]] += 1e-5;
      less[dimensions[i]] -= 1e-5;
      const double difference =
          log_gain_at(aim, more, dimensions, ignored) - log_gain_at(aim, less, dimensions, ignored);
      CHECK(gradient[i] == Approx(difference / 2e-5).epsilon(1e-4).margin(1e-6));
    }
  }
}

TEST_CASE("gp: a posterior goes through its data, and what is believed changes no mean") {
  const Data data(25);
  Parameters quiet = some_parameters;
  quiet.logs[6] = -20;
  Posterior posterior(data.layout, quiet, data.inputs, data.targets);
  for (std::size_t i = 0; i < data.points.size(); ++i) {
    const Prediction here = posterior.predict(data.points[i], data.log_budgets[i]);
    CHECK(here.mean == Approx(data.targets[i]).margin(1e-3));
    CHECK(here.deviation < 0.01);
  }
  const Point somewhere = data.cube.snapped({0.33, 0.44, 0.9, 0, 0.3});
  const Prediction before = posterior.predict(somewhere, 0);
  posterior.believe(somewhere, 0);
  CHECK(posterior.predict(somewhere, 0).mean == Approx(before.mean).margin(1e-9));
  CHECK(posterior.predict(somewhere, 0).deviation < 0.1 * before.deviation);
  posterior.forget();
  CHECK(posterior.predict(somewhere, 0).deviation == before.deviation);
}

TEST_CASE("gp: a posterior that was told one by one equals one of all data") {
  const Data data(60), first(41);
  const Posterior whole(data.layout, some_parameters, data.inputs, data.targets);
  Posterior grown(first.layout, some_parameters, first.inputs, first.targets);
  for (std::size_t i = 41; i < 60; ++i) grown.add(data.points[i], data.log_budgets[i], data.targets[i]);
  const Point somewhere = data.cube.snapped({0.33, 0.44, 0.1, 0.7, 0.3});
  CHECK(whole.predict(somewhere, 1.1).mean == grown.predict(somewhere, 1.1).mean);
  CHECK(whole.predict(somewhere, 1.1).deviation == grown.predict(somewhere, 1.1).deviation);
}

TEST_CASE("gp: a box's lowest place is found, in its inside and at its edge") {
  const Differentiable rosenbrock = [](const std::vector<double>& x, std::vector<double>& gradient) {
    const double a = x[1] - x[0] * x[0], b = 1 - x[0];
    gradient = {-400 * x[0] * a - 2 * b, 200 * a};
    return 100 * a * a + b * b;
  };
  const Minimum inside = minimise(rosenbrock, {-1, 1}, {-2, -2}, {2, 2}, 200);
  CHECK(inside.x[0] == Approx(1).margin(1e-3));
  CHECK(inside.x[1] == Approx(1).margin(1e-3));
  const Minimum edge = minimise(rosenbrock, {-1, 1}, {-2, -2}, {0.5, 2}, 200);
  CHECK(edge.x[0] == 0.5);
  CHECK(edge.x[1] == Approx(0.25).margin(1e-3));
}

TEST_CASE("gp: losses become outputs, and back") {
  std::vector<double> losses;
  for (int i = 1; i <= 40; ++i) losses.push_back(i * i * 0.01);  // skewed
  const Outputs outputs(losses);
  double sum = 0, squares = 0;
  for (const double each : losses) {
    sum += outputs(each);
    squares += outputs(each) * outputs(each);
    CHECK(outputs.loss(outputs(each)) == Approx(each));
  }
  CHECK(sum == Approx(0).margin(1e-9));
  CHECK(squares == Approx(40));
  CHECK(outputs(std::nan("")) > outputs(16) + 0.4);

  losses.push_back(1e30);
  const Outputs capped(losses);
  CHECK(capped(1e30) < 5);
  CHECK(capped(0.5) < capped(3.0));
  CHECK(capped(3.0) - capped(0.5) > 0.2);

  const Outputs constant({2, 2, 2});
  CHECK(constant(2) == 0);
  CHECK(constant.loss(0) == 2);
  CHECK(constant(std::nan("")) == 0.5);
  CHECK(std::isfinite(Outputs({1e308, -1e308, 0, 1})(1e308)));
}

TEST_CASE("gp: very many results are represented by the best, the latest, and some that are far apart") {
  RandomStream random(1, "many");
  std::vector<Point> points;
  std::vector<double> outputs;
  for (int i = 0; i < 200; ++i) {
    points.push_back({random.uniform(), random.uniform()});
    outputs.push_back(random.normal());
  }
  points[3] = {9, 9};
  outputs[77] = -10;
  const std::vector<std::size_t> chosen = subset(points, outputs, 40);
  CHECK(chosen.size() == 40);
  CHECK(std::is_sorted(chosen.begin(), chosen.end()));
  const auto has = [&](std::size_t place) {
    return std::find(chosen.begin(), chosen.end(), place) != chosen.end();
  };
  CHECK(has(77));
  CHECK(has(3));
  for (std::size_t i = 190; i < 200; ++i) CHECK(has(i));
  CHECK(subset(points, outputs, 300).size() == 200);
}

TEST_CASE("gp: results at larger budgets stand where their trials stood before") {
  std::vector<History::Result> results;
  for (std::size_t i = 0; i < 9; ++i) results.push_back({i, 1, static_cast<double>(i)});
  for (std::size_t i = 0; i < 4; ++i) results.push_back({i, 3, 0.1 * static_cast<double>(i)});
  results.push_back({4, 3, std::nan("")});
  const auto outputs = outputs_by_epoch(results);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs.at(3)(0.15) == Approx(outputs.at(1)(1.5)));
  CHECK(outputs.at(3)(0.0) < outputs.at(3)(0.2));
  CHECK(outputs.at(3).loss(outputs.at(3)(0.2)) == Approx(0.2));
  CHECK(outputs.at(3)(std::nan("")) > outputs.at(3)(0.3));

  // Others that begin with that budget don't move those that do not.
  for (std::size_t i = 20; i < 30; ++i) results.push_back({i, 3, 0.1 * static_cast<double>(i)});
  const auto more = outputs_by_epoch(results);
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i)
    sum += more.at(3)(0.1 * static_cast<double>(i)) - more.at(1)(static_cast<double>(i));
  CHECK(sum == Approx(0).margin(1e-9));
}

TEST_CASE("gp: few results at a larger budget take the scale of the one before") {
  std::vector<History::Result> results;
  for (std::size_t i = 0; i < 9; ++i) results.push_back({i, 1, 100.0 * static_cast<double>(i)});
  results.push_back({2, 3, 150});
  const auto outputs = outputs_by_epoch(results);
  CHECK(outputs.at(3)(150) == Approx(outputs.at(1)(200)));
  CHECK(outputs.at(3)(50) == Approx(outputs.at(1)(100)));
}
