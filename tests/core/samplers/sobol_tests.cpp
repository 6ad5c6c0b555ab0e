#include "core/samplers/sobol.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "catch.hpp"
#include "core/samplers/asking.hpp"
#include "core/samplers/random.hpp"

using namespace sibyl;

namespace {

// Others give the points of a block in the order of Gray's code.
std::uint64_t gray(std::uint64_t index) {
  return index ^ index >> 1;
}

// Has each interval of length 1/n one of these?
bool are_one_in_each(std::vector<double> coordinates) {
  const auto n = static_cast<double>(coordinates.size());
  std::sort(coordinates.begin(), coordinates.end());
  for (std::size_t i = 0; i < coordinates.size(); ++i)
    if (std::floor(coordinates[i] * n) != static_cast<double>(i)) return false;
  return true;
}

// Are 2^k points a (t, k, 2)-net in these two dimensions? Each box of sides 2^-a and 2^-b, a + b = k - t, has
// 2^t of them.
bool fills_boxes(const std::vector<Point>& points, std::size_t x, std::size_t y, int k, int t) {
  for (int a = 0; a <= k - t; ++a) {
    const int b = k - t - a;
    std::vector<int> inside(std::size_t{1} << (a + b));
    for (const Point& point : points) {
      const auto column = static_cast<std::size_t>(std::ldexp(point[x], a));
      const auto row = static_cast<std::size_t>(std::ldexp(point[y], b));
      ++inside[column << b | row];
    }
    if (std::any_of(inside.begin(), inside.end(), [&](int n) { return n != 1 << t; })) return false;
  }
  return true;
}

std::vector<Point> points_of(const SobolSequence& sequence, std::uint64_t first, std::uint64_t count) {
  std::vector<Point> points;
  for (std::uint64_t i = first; i < first + count; ++i) points.push_back(sequence.at(i));
  return points;
}

std::unique_ptr<Sampler> sampler_in(const SearchSpace& space, std::uint64_t seed) {
  return sobol_sampler().make(std::make_unique<RandomSampler>(space, seed), space, {.seed = seed});
}

}  // namespace

TEST_CASE("unscrambled points are those of scipy.stats.qmc.Sobol") {
  const SobolSequence sequence(101, std::nullopt);
  const std::vector<std::vector<double>> first{
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
      {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5},
      {.75, .25, .25, .25, .75, .75, .25, .75, .75, .75, .75, .75},
      {.25, .75, .75, .75, .25, .25, .75, .25, .25, .25, .25, .25},
      {.375, .375, .625, .875, .375, .125, .375, .875, .875, .625, .875, .375},
      {.875, .875, .125, .375, .875, .625, .875, .375, .375, .125, .375, .875},
      {.625, .125, .875, .625, .625, .875, .125, .125, .125, .375, .125, .625},
      {.125, .625, .375, .125, .125, .375, .625, .625, .625, .875, .625, .125}};
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Point point = sequence.at(gray(i));
    CHECK(std::equal(first[i].begin(), first[i].end(), point.begin()));
  }
  const std::vector<std::pair<std::size_t, double>> point_1000{
      {0, .2197265625},  {1, .0966796875},  {2, .5185546875},  {9, .0693359375},  {52, .7529296875},
      {53, .4384765625}, {63, .4462890625}, {64, .1298828125}, {99, .1865234375}, {100, .7685546875}};
  for (const auto& [dimension, x] : point_1000) CHECK(sequence.at(gray(1000))[dimension] == x);
  const std::vector<std::pair<std::size_t, double>> point_8191{{0, 1},     {1, 4369},  {2, 4109},  {9, 6199},
                                                               {52, 2401}, {53, 8101}, {63, 8181}, {64, 4575},
                                                               {99, 6511}, {100, 897}};
  for (const auto& [dimension, x] : point_8191) CHECK(sequence.at(gray(8191))[dimension] * 8192 == x);
}

TEST_CASE("in each dimension each power of two of points has one point in each interval, also scrambled") {
  for (const std::optional<std::uint64_t> seed : {std::optional<std::uint64_t>{}, {0}, {7}}) {
    const SobolSequence sequence(101, seed);
    for (const std::uint64_t count : {1, 2, 16, 512}) {
      for (const std::uint64_t block : {0, 1, 5}) {
        const auto points = points_of(sequence, block * count, count);
        for (std::size_t dimension = 0; dimension < 101; ++dimension) {
          std::vector<double> coordinates;
          for (const Point& point : points) coordinates.push_back(point[dimension]);
          REQUIRE(are_one_in_each(coordinates));
        }
      }
    }
  }
}

TEST_CASE("boxes in two dimensions are filled evenly, as far as the sequence's quality says") {
  // The first two dimensions are as even as can be (t = 0); others are a little worse.
  for (const std::optional<std::uint64_t> seed : {std::optional<std::uint64_t>{}, {3}}) {
    const auto points = points_of(SobolSequence(10, seed), 0, 256);
    CHECK(fills_boxes(points, 0, 1, 8, 0));
    CHECK(fills_boxes(points, 0, 2, 8, 1));
    CHECK_FALSE(fills_boxes(points, 0, 2, 8, 0));
    CHECK(fills_boxes(points, 1, 2, 8, 1));
    for (std::size_t x = 0; x < 10; ++x)
      for (std::size_t y = 0; y < x; ++y) CHECK(fills_boxes(points, x, y, 8, 5));
  }
}

TEST_CASE("a scrambled point is uniformly distributed over the seeds, and its digits are independent") {
  constexpr int seeds = 4000;
  for (const std::uint64_t index : {0, 1, 1000}) {
    std::vector<double> mean(3), both(3);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const Point point = SobolSequence(3, seed).at(index);
      for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE((point[i] >= 0 && point[i] < 1));
        mean[i] += point[i] / seeds;
        both[i] += (point[i] - .5) * (point[(i + 1) % 3] - .5) / seeds;
      }
    }
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(mean[i] - .5) < .02);  // the deviation is .0046
      CHECK(std::abs(both[i]) < .006);      // .0013
    }
  }
}

TEST_CASE("a mean over Sobol points is far closer to the integral than one over random points") {
  // Smooth, and of five dimensions; its integral is 1.
  const auto function = [](const Point& x) {
    return std::accumulate(x.begin(), x.end(), 1.0, [](double y, double u) { return y * (u + .5); });
  };
  constexpr std::uint64_t count = 1024;
  double squares = 0, random_squares = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SobolSequence sequence(5, seed);
    double sum = 0, random_sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      sum += function(sequence.at(i));
      RandomStream random(seed, static_cast<std::int64_t>(i));
      Point point(5);
      for (double& x : point) x = random.uniform();
      random_sum += function(point);
    }
    squares += std::pow(sum / count - 1, 2);
    random_squares += std::pow(random_sum / count - 1, 2);
  }
  CHECK(squares < random_squares / 2500);  // 50 times less error
}

TEST_CASE("a point is a function of its index, the dimension and the seed alone") {
  const SobolSequence narrow(3, 5), wide(200, 5), other(200, 6);
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{77}, std::uint64_t{1} << 45}) {
    const Point few = narrow.at(index), many = wide.at(index), others = other.at(index);
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
    for (std::size_t i = 0; i < 200; ++i) CHECK(many[i] != others[i]);
    CHECK(std::all_of(many.begin(), many.end(), [](double x) { return x >= 0 && x < 1; }));
    CHECK(std::set<double>(many.begin(), many.end()).size() == 200);  // dimensions are not alike
  }
  CHECK(SobolSequence(0, 1).at(9).empty());
}

TEST_CASE("points far apart in the sequence are different ones") {
  const SobolSequence sequence(1, 1);
  std::set<double> seen;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    seen.insert(sequence.at(i)[0]);
    seen.insert(sequence.at((i + 1) << 33)[0]);
  }
  CHECK(seen.size() == 2000);
}

TEST_CASE("scrambled points are the same on every machine") {
  const Point point = SobolSequence(102, 42).at(12345);
  CHECK(point[0] == 0x1.139cd9eddf018p-3);
  CHECK(point[1] == 0x1.5d0ddbe011bap-1);
  CHECK(point[100] == 0x1.8f28302353753p-1);
  CHECK(point[101] == 0x1.8b8c41742099bp-1);
}

TEST_CASE("a sweep by Sobol tries point after point, as each hyperparameter's sampling says") {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1, 0, Sampling::log}, 1e-3, {}});
  space.add({"layers", IntRange{1, 4}, std::int64_t{1}, {}});
  space.add({"units", IntRange{1, 64}, std::int64_t{8}, {{"layers", {std::int64_t{2}}}}});
  const auto sampler = sampler_in(space, 3);
  std::vector<int> decades(4), layers(4);
  for (TrialId trial = 0; trial < 64; ++trial) {
    const Sample sample = sampler->sample(trial);
    CHECK(sample.origin.sampler == "sobol");
    ++decades[static_cast<std::size_t>(
        std::floor(std::log10(std::get<double>(sample.values.at("rate"))) + 4))];
    const auto deep = std::get<std::int64_t>(sample.values.at("layers"));
    ++layers[static_cast<std::size_t>(deep - 1)];
    CHECK(sample.values.contains("units") == (deep == 2));
    sampler->started(trial, sample.values);
  }
  CHECK(decades == std::vector{16, 16, 16, 16});
  CHECK(layers == std::vector{16, 16, 16, 16});
}

TEST_CASE("what a Sobol point repeats is chosen by random search, until a small space is used up") {
  SearchSpace space;
  space.add({"x", IntRange{1, 5}, std::int64_t{1}, {}});
  space.add({"y", IntRange{1, 5}, std::int64_t{1}, {}});
  const auto sampler = sampler_in(space, 1);
  std::set<Values> seen;
  std::map<std::string, int> chosen_by;
  for (TrialId trial = 0; trial < 25; ++trial) {
    REQUIRE_FALSE(sampler->exhausted());
    const Sample sample = sampler->sample(trial);
    ++chosen_by[sample.origin.sampler];
    REQUIRE(seen.insert(sample.values).second);
    sampler->started(trial, sample.values);
  }
  CHECK(sampler->exhausted());
  CHECK(chosen_by["sobol"] > 12);
  CHECK(chosen_by["random"] > 0);
  CHECK(sampler->sample(25).origin.sampler == "random");  // repeats, where they are wanted
}

TEST_CASE("a job that asks is asked once for a Sobol point") {
  int asked = 0;
  const auto questions = [&](HyperParameters& hp) {
    ++asked;
    if (hp.Int("layers", 1, 3) == 2) hp.Float("rate", 0, 1);
  };
  SearchSpace space;
  space.add({"layers", IntRange{1, 3}, std::int64_t{1}, {}});
  space.add({"rate", FloatRange{0, 1}, 0.0, {}});
  const Ask asker = [&](const Values& given, const Draws& draws) {
    return std::optional(ask(questions, given, draws));
  };
  const auto sampler = sobol_sampler().make(std::make_unique<AskingSampler>(space, 1, std::nullopt, asker),
                                            space, {.seed = 1});
  for (TrialId trial = 0; trial < 2; ++trial) {
    asked = 0;
    const Sample sample = sampler->sample(trial);
    CHECK(sampler->sample(trial).values == sample.values);
    CHECK(asked == 1);
    CHECK(sample.origin.sampler == "sobol");
    CHECK(sample.values.contains("rate") == (sample.values.at("layers") == Value(std::int64_t{2})));
    sampler->started(trial, sample.values);
  }
}
