#include "core/space/grid.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"

using namespace sibyl;

namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto most = std::numeric_limits<std::int64_t>::max();

std::vector<double> all(const FloatRange& range) {
  const FloatGrid grid(range);
  std::vector<double> values;
  for (std::uint64_t place = 0; place <= grid.last_place(); ++place) values.push_back(grid.value_at(place));
  return values;
}

}  // namespace

TEST_CASE("a Float with steps has the decimals that one would write") {
  CHECK(all({0, 0.3, 0.1}) == std::vector<double>{0, 0.1, 0.2, 0.3});
  CHECK(all({0, 0.9, 0.1}) == std::vector<double>{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
  CHECK(all({-0.3, 0.3, 0.15}) == std::vector<double>{-0.3, -0.15, 0, 0.15, 0.3});
  CHECK(all({1e-5, 5e-5, 1e-5}) == std::vector<double>{1e-5, 2e-5, 3e-5, 4e-5, 5e-5});
  CHECK(all({0, 0.25, 0.1}) == std::vector<double>{0, 0.1, 0.2});  // max is no value, and none is beyond it
  CHECK(all({10, 1000, 330}) == std::vector<double>{10, 340, 670, 1000});
  CHECK(all({1e300, 3e300, 1e300}) == std::vector<double>{1e300, 2e300, 3e300});
}

// 37 of 173 such ranges left their bounds when calculated as min + k * step.
TEST_CASE("the last value of a range with steps is max, as written") {
  for (int places = 1; places <= 4; ++places) {
    const double scale = std::pow(10, places);
    for (int step = 1; step <= 25; ++step)
      for (int first = -20; first <= 20; first += 5)
        for (int steps = 1; steps <= 40; ++steps) {
          const FloatRange range{first / scale, (first + step * steps) / scale, step / scale};
          const FloatGrid grid(range);
          REQUIRE(grid.last_place() == static_cast<std::uint64_t>(steps));
          for (int k = 0; k <= steps; ++k) REQUIRE(grid.value_at(k) == (first + k * step) / scale);
        }
  }
}

TEST_CASE("steps that are no short decimals are calculated in doubles, and end at max") {
  CHECK(all({0, 1, 1.0 / 3}) == std::vector<double>{0, 1.0 / 3, 2.0 / 3, 1});
  CHECK(all({0, 1, 0.33333333}) == std::vector<double>{0, 0.33333333, 0.66666666, 1});
  CHECK(FloatGrid({0.0f, 0.7f, 0.1f}).value_at(7) == double(0.7f));
  const double pi = 3.141592653589793;
  CHECK(all({-pi, pi, pi}) == std::vector<double>{-pi, 0, pi});
}

TEST_CASE("factors keep powers of ten, and end at max") {
  CHECK(all({1e-7, 1e-3, 10, Sampling::log}) == std::vector<double>{1e-7, 1e-6, 1e-5, 1e-4, 1e-3});
  CHECK(all({0.001, 0.1, 10, Sampling::log}) == std::vector<double>{0.001, 0.01, 0.1});
  CHECK(all({0.1, 1, 1.5, Sampling::log}) ==
        std::vector<double>{0.1, 0.15, 0.225, 0.3375, 0.50625, 0.759375});
  const double root = std::sqrt(10);
  const auto halves = all({1e-4, 1e-2, root, Sampling::log});
  REQUIRE(halves.size() == 5);
  CHECK(halves.back() == 1e-2);
  const FloatGrid wide({1, std::numeric_limits<double>::max(), 10, Sampling::log});
  CHECK(wide.last_place() == 308);
  CHECK(wide.value_at(308) == 1e308);
}

TEST_CASE("a factor next to 1 is counted without going through the values") {
  const FloatGrid fine({1e-4, 1, 1.0000000001, Sampling::log});
  CHECK(fine.last_place() == Approx(std::log(1e4) / 1e-10).epsilon(1e-6));
  CHECK(fine.value_at(fine.last_place()) <= 1);
  CHECK(FloatGrid({1e-300, 1e300, 1.5, Sampling::log}).last_place() == 3407);
}

TEST_CASE("a value is found again, also one that was rounded otherwise") {
  const FloatGrid grid({0, 0.5, 0.1});
  CHECK(grid.place_of(0.3) == 3u);
  CHECK(grid.place_of(0.1 + 0.2) == 3u);
  CHECK_FALSE(grid.place_of(0.35));
  CHECK_FALSE(grid.place_of(0.6));
  CHECK_FALSE(grid.place_of(-0.1));
  CHECK_FALSE(grid.place_of(std::nan("")));
  CHECK(FloatGrid({0, 0.3, 0.1}).place_of(0.30000000000000004) == 3u);
}

TEST_CASE("whole numbers from end to end of their type") {
  CHECK(last_place(IntRange{least, most}) == std::numeric_limits<std::uint64_t>::max());
  CHECK(value_at(IntRange{least, most}, 0) == least);
  CHECK(value_at(IntRange{least, most}, std::numeric_limits<std::uint64_t>::max()) == most);
  CHECK(place_of(IntRange{least, most}, most) == std::numeric_limits<std::uint64_t>::max());
  CHECK(last_place(IntRange{least, most, most}) == 2);
  CHECK(value_at(IntRange{least, most, most}, 2) == most - 1);
  CHECK(last_place(IntRange{1, most, 10, Sampling::log}) == 18);
  CHECK(value_at(IntRange{1, most, 10, Sampling::log}, 18) == 1'000'000'000'000'000'000);
  CHECK_FALSE(place_of(IntRange{1, most, 10, Sampling::log}, most));
}

TEST_CASE("nonsense, as a journal may hold, has an answer") {
  const double none = std::nan(""), endless = std::numeric_limits<double>::infinity();
  CHECK(all({0, 1, none}) == std::vector<double>{0});
  CHECK(all({0, 1, endless}) == std::vector<double>{0});
  CHECK(all({0, 1, -1}) == std::vector<double>{0});
  CHECK(all({1, 0, 0.1}) == std::vector<double>{1});
  CHECK(all({0, 1, 2, Sampling::log}) == std::vector<double>{0});
  CHECK(FloatGrid({none, endless, 1}).last_place() == 0);
  CHECK(FloatGrid({0, 1, 1e-30}).value_at(FloatGrid({0, 1, 1e-30}).last_place()) <= 1);
  CHECK(last_place(IntRange{5, 1, 0}) == 0);
  CHECK(last_place(IntRange{0, 5, -2}) == 5);
  CHECK(last_place(IntRange{-5, 5, 2, Sampling::log}) == 5);
}
