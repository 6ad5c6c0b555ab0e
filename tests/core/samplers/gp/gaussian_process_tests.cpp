#include "core/samplers/gp/gaussian_process.hpp"

#include <cmath>
#include <functional>
#include <set>

#include "catch.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

namespace {

using Loss = std::function<double(const Values&)>;

SearchSpace numbers(std::size_t dimensions) {
  SearchSpace space;
  for (std::size_t i = 0; i < dimensions; ++i)
    space.add({"x" + std::to_string(i), FloatRange{0, 1}, 0.5, {}});
  return space;
}

double number(const Values& values, const std::string& name) {
  return std::get<double>(values.at(name));
}

Point random_point(const UnitCube& cube, TrialId trial) {
  RandomStream random(11, trial, "start");
  Point point;
  for (std::size_t i = 0; i < cube.dimensions().size(); ++i) point.push_back(random.uniform());
  return cube.snapped(point);
}

bool same(const Point& a, const Point& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  return a.size() == b.size();
}

bool same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same(a[i].point, b[i].point) || a[i].mean != b[i].mean || a[i].deviation != b[i].deviation)
      return false;
  return true;
}

/// A sweep with one worker.
struct Sweep {
  Sweep(const UnitCube& cube, Loss loss) : cube(cube), proposer(cube, 5), loss(std::move(loss)) {}

  void run(TrialId trials, TrialId first = 6) {
    for (TrialId trial = static_cast<TrialId>(points.size()); trials > 0; --trials, ++trial) {
      std::vector<Candidate> proposed;
      if (trial >= first) proposed = proposer.propose(trial);
      points.push_back(proposed.empty() ? random_point(cube, trial) : proposed.front().point);
      proposer.started(trial, points.back());
      losses.push_back(loss(cube.values(points.back())));
      proposer.evaluated({trial, 1, losses.back()});
    }
  }
  double best() const { return *std::min_element(losses.begin(), losses.end()); }

  const UnitCube& cube;
  GaussianProcess proposer;
  Loss loss;
  std::vector<Point> points;
  std::vector<double> losses;
};

double bowl(const Values& values) {
  double sum = 0;
  for (const auto& [name, value] : values) sum += std::pow(std::get<double>(value) - 0.3, 2);
  return sum;
}

}  // namespace

TEST_CASE("gp: a smooth function's minimum is found in few trials") {
  const UnitCube one(numbers(1)), three(numbers(3));
  Sweep small(one, bowl), large(three, bowl);
  small.run(15);
  CHECK(small.best() < 1e-6);
  large.run(25);
  CHECK(large.best() < 1e-4);
}

TEST_CASE("gp: what is proposed is a function of what was told, not of when it was asked for") {
  const UnitCube cube(numbers(3));
  Sweep sweep(cube, bowl);
  sweep.run(33);
  const std::vector<Candidate> proposed = sweep.proposer.propose(33);
  REQUIRE(proposed.size() > 3);
  CHECK(same(sweep.proposer.propose(33), proposed));
  CHECK_FALSE(same(sweep.proposer.propose(34), proposed));

  GaussianProcess anew(cube, 5);
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    anew.started(static_cast<TrialId>(i), sweep.points[i]);
    anew.evaluated({static_cast<TrialId>(i), 1, sweep.losses[i]});
  }
  CHECK(same(anew.propose(33), proposed));
}

TEST_CASE("gp: proposals are new, snapped, each once, and say what is expected") {
  const UnitCube cube(numbers(2));
  Sweep sweep(cube, [](const Values& values) { return 100 + 5 * bowl(values); });
  CHECK(sweep.proposer.propose(0).empty());
  sweep.run(3);
  CHECK(sweep.proposer.propose(3).empty());
  sweep.run(17);
  std::set<Point> points(sweep.points.begin(), sweep.points.end());
  const std::vector<Candidate> proposed = sweep.proposer.propose(20);
  REQUIRE(proposed.size() >= 5);
  for (const Candidate& each : proposed) {
    CHECK(points.insert(each.point).second);
    CHECK(same(cube.snapped(each.point), each.point));
    const double truth = sweep.loss(cube.values(each.point));
    CHECK(each.deviation >= 0);
    CHECK(std::abs(each.mean - truth) < 4 * each.deviation + 0.05);
  }
}

TEST_CASE("gp: trials that run already are not proposed again, nor their neighbours") {
  const UnitCube cube(numbers(2));
  const Loss waves = [](const Values& values) {
    return std::sin(9 * number(values, "x0")) + std::cos(11 * number(values, "x1"));
  };
  Sweep sweep(cube, waves);
  sweep.run(10);
  std::vector<Point> running;
  for (TrialId trial = 10; trial < 16; ++trial) {
    running.push_back(sweep.proposer.propose(trial).front().point);
    sweep.proposer.started(trial, running.back());
  }
  for (std::size_t i = 0; i < running.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      CHECK(std::hypot(running[i][0] - running[j][0], running[i][1] - running[j][1]) > 0.01);
  // Told in another order than started, they are part of the model like the others.
  for (TrialId trial = 15; trial >= 10; --trial)
    sweep.proposer.evaluated({trial, 1, waves(cube.values(running[static_cast<std::size_t>(trial - 10)]))});
  CHECK(sweep.proposer.propose(16).size() > 3);
}

TEST_CASE("gp: failures, infinities, constants and enormous losses are survived") {
  const UnitCube cube(numbers(2));
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const std::vector<Loss> losses = {
      [&](const Values&) { return nan; },
      [&](const Values&) { return 3.0; },
      [&](const Values& values) { return number(values, "x0") > 0.5 ? nan : bowl(values); },
      [&](const Values& values) { return number(values, "x0") > 0.5 ? infinity : bowl(values); },
      [&](const Values& values) { return number(values, "x0") > 0.5 ? -infinity : bowl(values); },
      [&](const Values& values) { return number(values, "x0") > 0.6 ? 1e300 : bowl(values); },
  };
  for (std::size_t i = 0; i < losses.size(); ++i) {
    Sweep sweep(cube, losses[i]);
    sweep.run(24);
    const std::vector<Candidate> proposed = sweep.proposer.propose(24);
    CHECK(proposed.empty() == (i == 0));
    for (const Candidate& each : proposed) CHECK((std::isfinite(each.mean) && std::isfinite(each.deviation)));
    if (i < 2) continue;
    int good = 0;  // that what fails is avoided shows in the last trials
    for (std::size_t k = 14; k < 24; ++k) good += sweep.points[k][0] <= 0.6 ? 1 : 0;
    CHECK(good >= 7);
  }
}

TEST_CASE("gp: a discrete space is used up without repeats") {
  SearchSpace space;
  const Value adam = std::string("adam"), sgd = std::string("sgd");
  space.add({"layers", IntRange{1, 4}, std::int64_t{1}, {}});
  space.add({"optimizer", Choices{{adam, sgd}}, adam, {}});
  space.add({"nesterov", Choices{{false, true}}, false, {{"optimizer", {sgd}}}});
  const UnitCube cube(space);
  Sweep sweep(cube, [](const Values& values) {
    return static_cast<double>(std::get<std::int64_t>(values.at("layers")));
  });
  std::set<Values> tried;
  for (int i = 0; i < 6; ++i) {
    const Point point = cube.point(cube.values({0.1 + 0.25 * (i % 4), i % 2 ? 0.7 : 0.2, i / 4 ? 0.2 : 0.7}));
    if (!tried.insert(cube.values(point)).second) continue;
    sweep.points.push_back(point);
    const auto trial = static_cast<TrialId>(sweep.points.size() - 1);
    sweep.proposer.started(trial, point);
    sweep.proposer.evaluated({trial, 1, sweep.loss(cube.values(point))});
  }
  while (tried.size() < 12) {
    const auto trial = static_cast<TrialId>(sweep.points.size());
    const std::vector<Candidate> proposed = sweep.proposer.propose(trial);
    REQUIRE(!proposed.empty());
    REQUIRE(tried.insert(cube.values(proposed.front().point)).second);
    sweep.points.push_back(proposed.front().point);
    sweep.proposer.started(trial, sweep.points.back());
    sweep.proposer.evaluated({trial, 1, sweep.loss(cube.values(sweep.points.back()))});
  }
  CHECK(sweep.proposer.propose(12).empty());
}

TEST_CASE("gp: categories, steps and conditions are searched together") {
  SearchSpace space;
  const Value a = std::string("a"), b = std::string("b"), c = std::string("c");
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  space.add({"kind", Choices{{a, b, c}}, a, {}});
  space.add({"y", FloatRange{0, 1}, 0.5, {{"kind", {b}}}});
  space.add({"steps", IntRange{1, 32}, std::int64_t{1}, {}});
  const UnitCube cube(space);
  // The least is 0, of b with y = 0.8, x = 0.2, steps = 20.
  Sweep sweep(cube, [&](const Values& values) {
    const double steps = static_cast<double>(std::get<std::int64_t>(values.at("steps"))) / 32;
    double loss = std::pow(number(values, "x") - 0.2, 2) + std::pow(steps - 20.0 / 32, 2);
    loss += values.at("kind") == b ? std::pow(number(values, "y") - 0.8, 2) : 0.1;
    return loss;
  });
  sweep.run(40, 10);
  CHECK(sweep.best() < 1e-2);
  const Values best = cube.values(sweep.points[static_cast<std::size_t>(
      std::min_element(sweep.losses.begin(), sweep.losses.end()) - sweep.losses.begin())]);
  CHECK(best.at("kind") == b);
}

TEST_CASE(
    "gp: with several budgets all results count, and what is expected is meant for the largest known well") {
  const UnitCube cube(numbers(2));
  GaussianProcess proposer(cube, 5);
  const auto loss = [&](const Point& point, int epoch) { return bowl(cube.values(point)) + 10.0 / epoch; };
  std::vector<Point> points;
  for (TrialId trial = 0; trial < 27; ++trial) {
    points.push_back(random_point(cube, trial));
    proposer.started(trial, points.back());
    proposer.evaluated({trial, 1, loss(points.back(), 1)});
  }
  for (TrialId trial = 0; trial < 2; ++trial)
    proposer.evaluated({trial, 3, loss(points[static_cast<std::size_t>(trial)], 3)});
  REQUIRE(!proposer.propose(27).empty());
  CHECK(proposer.propose(27).front().mean == Approx(10).margin(0.5));  // two are too few
  for (TrialId trial = 2; trial < 9; ++trial)
    proposer.evaluated({trial, 3, loss(points[static_cast<std::size_t>(trial)], 3)});
  const std::vector<Candidate> proposed = proposer.propose(27);
  REQUIRE(!proposed.empty());
  CHECK(proposed.front().mean == Approx(10.0 / 3).margin(0.5));
  CHECK(bowl(cube.values(proposed.front().point)) < 0.05);
  // Others that know only small budgets reach as far as they resemble larger ones: a trial evaluated at
  // budget 1 alone is not pending.
  proposer.evaluated({26, 1, 5});
  CHECK(!proposer.propose(28).empty());
}

TEST_CASE("gp: with very many results a part of them stands for all") {
  const UnitCube cube(numbers(2));
  GaussianProcess proposer(cube, 5, {40});
  for (TrialId trial = 0; trial < 200; ++trial) {
    const Point point = random_point(cube, trial);
    proposer.started(trial, point);
    proposer.evaluated({trial, 1, bowl(cube.values(point))});
  }
  const std::vector<Candidate> proposed = proposer.propose(200);
  REQUIRE(!proposed.empty());
  CHECK(bowl(cube.values(proposed.front().point)) < 1e-3);
}
