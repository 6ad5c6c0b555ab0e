#include "core/samplers/tpe/tpe.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"

using namespace sibyl;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinite = std::numeric_limits<double>::infinity();

UnitCube line() {
  SearchSpace space;
  space.add({"x", FloatRange{0, 1}, 0.5, {}});
  return UnitCube(space);
}
UnitCube box(int dimensions) {
  SearchSpace space;
  for (int i = 0; i < dimensions; ++i) space.add({"x" + std::to_string(i), FloatRange{0, 1}, 0.5, {}});
  return UnitCube(space);
}
// 3 x 4 configurations with sgd, 4 with adam; and a rate, if that is wanted.
UnitCube mixed(bool continuous) {
  SearchSpace space;
  const auto name = [](const char* text) { return Value(std::string(text)); };
  space.add({"optimizer", Choices{{name("sgd"), name("adam")}}, name("sgd"), {}});
  space.add({"momentum", IntRange{0, 2}, std::int64_t{0}, {{"optimizer", {name("sgd")}}}});
  space.add({"width", IntRange{1, 4}, std::int64_t{1}, {}});
  if (continuous) space.add({"rate", FloatRange{1e-4, 1e-1, 0, Sampling::log}, 1e-2, {}});
  return UnitCube(space);
}

Point random_point(const UnitCube& cube, RandomStream& random) {
  Point point;
  for (std::size_t i = 0; i < cube.dimensions().size(); ++i) point.push_back(random.uniform());
  return cube.snapped(point);
}

// Points are as bits: NaN is the same as NaN.
bool same(const Point& a, const Point& b) {
  return tpe::History::key(a) == tpe::History::key(b);
}
bool same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Candidate& x, const Candidate& y) { return same(x.point, y.point); });
}

using Loss = double (*)(const Point&);

// Runs trials, those for which nothing is proposed at random; the least loss.
double search(Tpe& tpe, const UnitCube& cube, Loss loss, TrialId trials, std::uint64_t seed) {
  RandomStream random(seed, "search");
  double least = infinite;
  for (TrialId trial = 0; trial < trials; ++trial) {
    const auto candidates = tpe.propose(trial);
    const Point point = candidates.empty() ? random_point(cube, random) : candidates.front().point;
    tpe.started(trial, point);
    const double found = loss(point);
    if (found < least) least = found;
    tpe.evaluated({trial, 1, found});
  }
  return least;
}

double away_from(double x, double y) {
  return (x - y) * (x - y);
}
double bowl(const Point& point) {
  return away_from(point[0], 0.2) + away_from(point[1], 0.7) + away_from(point[2], 0.9);
}

double mean_of_best(const Tpe& tpe, int asked) {
  double sum = 0;
  for (int i = 0; i < asked; ++i) sum += tpe.propose(1000 + i).front().point[0];
  return sum / asked;
}

}  // namespace

TEST_CASE("tpe proposes nothing before it has seen something") {
  const UnitCube cube = line();
  Tpe tpe(cube, 1);
  for (TrialId trial = 0; trial < 40; ++trial) {
    CHECK(tpe.propose(trial).empty());
    tpe.started(trial, {0.02 * static_cast<double>(trial)});
    if (trial >= 30) tpe.evaluated({trial, 1, trial % 2 ? not_a_number : infinite});
  }
  for (TrialId trial = 0; trial < 10; ++trial) {
    CHECK(tpe.propose(40).empty());
    tpe.evaluated({trial, 1, 0.5});
  }
  CHECK_FALSE(tpe.propose(40).empty());
}

TEST_CASE("tpe proposes the same to whoever asks, by what it was told, its seed and the trial") {
  const UnitCube cube = mixed(true);
  Tpe a(cube, 1), b(cube, 1), c(cube, 2);
  const Loss loss = [](const Point& point) { return away_from(point[3], 0.3) + point[2]; };
  const double least = search(a, cube, loss, 60, 5);
  CHECK(search(b, cube, loss, 60, 5) == least);
  search(c, cube, loss, 60, 5);
  CHECK(same(a.propose(60), a.propose(60)));
  CHECK(same(a.propose(60), b.propose(60)));
  CHECK_FALSE(same(a.propose(60), a.propose(61)));
  CHECK_FALSE(same(a.propose(60), c.propose(60)));
}

TEST_CASE("what tpe proposes is snapped, new, each once, and in the right dimensions") {
  const UnitCube cube = mixed(true);
  Tpe tpe(cube, 3);
  search(
      tpe, cube, [](const Point& point) { return away_from(point[3], 0.3) + point[2]; }, 40, 1);
  std::set<std::uint64_t> seen;
  bool any_sgd = false, any_adam = false;
  for (TrialId trial = 40; trial < 80; ++trial) {
    const auto candidates = tpe.propose(trial);
    CHECK(candidates.size() > 10);
    for (const Candidate& each : candidates) {
      const Point snapped = cube.snapped(each.point);
      for (const std::size_t d : {0u, 2u}) CHECK(snapped[d] == each.point[d]);
      CHECK(snapped[3] == Approx(each.point[3]));
      CHECK(std::isnan(each.point[1]) == (each.point[0] > 0.5));
      CHECK(seen.insert(tpe::History::key(each.point)).second);
      CHECK(std::isnan(each.mean));
      (std::isnan(each.point[1]) ? any_adam : any_sgd) = true;
    }
  }
  CHECK(any_sgd);
  CHECK(any_adam);
}

TEST_CASE("tpe uses up a discrete space, every configuration once") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const UnitCube cube = mixed(false);
    REQUIRE(cube.discrete());
    Tpe tpe(cube, seed, {.min_results = 1});
    std::set<std::uint64_t> tried;
    tpe.started(0, cube.snapped({0.1, 0.1, 0.1}));
    tpe.evaluated({0, 1, 0});
    tried.insert(tpe::History::key(cube.snapped({0.1, 0.1, 0.1})));
    for (TrialId trial = 1; trial < 16; ++trial) {
      const auto candidates = tpe.propose(trial);
      REQUIRE_FALSE(candidates.empty());
      REQUIRE(tried.insert(tpe::History::key(candidates.front().point)).second);
      tpe.started(trial, candidates.front().point);
      if (trial % 3) tpe.evaluated({trial, 1, static_cast<double>(trial)});
    }
    CHECK(tpe.propose(16).empty());
  }
}

TEST_CASE("tpe finds something new in a large discrete space whose good part is used up") {
  SearchSpace space;
  for (const char* name : {"a", "b", "c"}) space.add({name, IntRange{0, 99'999}, std::int64_t{0}, {}});
  const UnitCube cube(space);
  Tpe tpe(cube, 1, {.min_results = 1, .draws = 0});
  tpe.started(0, cube.snapped({0, 0.5, 1}));
  tpe.evaluated({0, 1, 0});
  const auto candidates = tpe.propose(1);
  CHECK(candidates.size() == 4);  // a step in each direction that there is
}

TEST_CASE("tpe goes where the losses are small, and finds more than random search") {
  int better = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const UnitCube cube = box(3);
    Tpe tpe(cube, seed), none(cube, seed, {.min_results = 1000});
    better += search(tpe, cube, bowl, 60, seed) < 0.5 * search(none, cube, bowl, 60, seed);
  }
  CHECK(better >= 9);
}

TEST_CASE("tpe learns what depends on a choice from those that have it, and which choice is good with it") {
  const UnitCube cube = mixed(true);
  const Loss loss =
      [](const Point& point) {  // adam is middling; sgd is the best with the largest momentum alone
        const bool adam = std::isnan(point[1]);
        return (adam ? 0.5 : point[1] > 0.7 ? 0.0 : 1.0) + 0.1 * away_from(point[3], 0.3);
      };
  int right = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Tpe tpe(cube, seed, {.min_results = 40});
    search(tpe, cube, loss, 40, seed);
    const Point best = tpe.propose(40).front().point;
    right += best[1] > 0.7;
  }
  CHECK(right >= 9);
}

TEST_CASE("tpe keeps away from what fails, diverges or is pending") {
  for (const double lost : {not_a_number, infinite}) {
    const UnitCube cube = line();
    Tpe tpe(cube, 1);
    for (TrialId trial = 0; trial < 60; ++trial) {
      const double at = (static_cast<double>(trial) + 0.5) / 60;
      tpe.started(trial, {at});
      tpe.evaluated({trial, 1, at < 0.5 ? 1 : lost});  // where it doesn't fail it is all the same
    }
    CHECK(mean_of_best(tpe, 30) < 0.45);
  }
  const UnitCube cube = line();
  Tpe tpe(cube, 1);
  for (TrialId trial = 0; trial < 40; ++trial) {
    const double at = (static_cast<double>(trial) + 0.5) / 40;
    tpe.started(trial, {at});
    tpe.evaluated({trial, 1, std::min(std::abs(at - 0.3), std::abs(at - 0.7))});
  }
  for (TrialId trial = 40; trial < 60; ++trial)
    tpe.started(trial, {0.6 + 0.01 * static_cast<double>(trial - 40)});
  CHECK(mean_of_best(tpe, 30) < 0.5);
}

TEST_CASE("tpe takes for good what came farthest, whatever its loss, and counts a trial once") {
  const UnitCube cube = line();
  Tpe tpe(cube, 1);
  for (TrialId trial = 0; trial < 40; ++trial) {
    const bool far = trial % 10 == 0;
    tpe.started(trial, {(far ? 0.1 : 0.6) + 0.003 * static_cast<double>(trial)});
    tpe.evaluated({trial, 1, far ? 2.0 : 1.0});
    if (far) tpe.evaluated({trial, 9, 1.5});
    if (far) tpe.evaluated({trial, 3, not_a_number});  // late news of an earlier epoch
  }
  CHECK(mean_of_best(tpe, 30) < 0.4);

  tpe::History history(cube);
  history.started(0, {0.1});
  history.started(7, {0.2});
  for (const int epoch : {1, 3}) history.evaluated({7, epoch, 0.5});
  history.evaluated({0, 1, 0.1});
  CHECK(history.results() == 2);
  CHECK(history.best(1).trials == std::vector<std::uint32_t>{1});
  history.evaluated({7, 9, not_a_number});  // its last word is that it failed
  CHECK(history.results() == 1);
  CHECK(history.best(5).trials == std::vector<std::uint32_t>{0});
  CHECK_THROWS(history.started(7, {0.3}));
  CHECK_THROWS(history.evaluated({3, 1, 0.5}));
}

TEST_CASE("tpe can do with equal losses, infinite ones, one trial's result, and no dimension at all") {
  const UnitCube cube = box(2);
  Tpe tpe(cube, 1);
  CHECK(search(
            tpe, cube, [](const Point&) { return 1.0; }, 60, 1) == 1);
  CHECK(search(
            *std::make_unique<Tpe>(cube, 1), cube,
            [](const Point& p) { return p[0] < 0.5 ? -infinite : 1e308; }, 60, 1) == -infinite);
  Tpe eager(cube, 1, {.min_results = 1});
  CHECK(std::isfinite(search(
      eager, cube, [](const Point& p) { return p[0]; }, 30, 1)));

  SearchSpace fixed;
  fixed.add({"x", IntRange{3, 3}, std::int64_t{3}, {}});
  const UnitCube point(fixed);
  Tpe still(point, 1, {.min_results = 0});
  still.started(0, {});
  still.evaluated({0, 1, 0.5});
  CHECK(still.propose(1).empty());
}

TEST_CASE("of very many trials all recent ones count, and older ones stand for others") {
  const UnitCube cube = line();
  tpe::History history(cube);
  for (TrialId trial = 0; trial < 10'000; ++trial) {
    history.started(trial, {static_cast<double>(trial) / 10'000});
    history.evaluated({trial, 1, static_cast<double>(trial % 100)});
  }
  const tpe::Group best = history.best(25), others = history.others(best, 200),
                   all = history.others(best, 10'000);
  CHECK(all.trials.size() == 9'975);
  CHECK(others.trials.size() <= 300);
  CHECK(std::vector(others.trials.end() - 200, others.trials.end()) ==
        std::vector(all.trials.end() - 200, all.trials.end()));
  double kept = 0, whole = 0;
  for (const double weight : others.weights) kept += weight;
  for (const double weight : all.weights) whole += weight;
  CHECK(kept == Approx(whole).epsilon(0.05));
  const auto columns = history.columns(others);
  CHECK(columns[0].size() == others.trials.size());
  CHECK(std::is_sorted(columns[0].begin(), columns[0].end(),
                       [](const auto& a, const auto& b) { return a.at < b.at; }));
}
