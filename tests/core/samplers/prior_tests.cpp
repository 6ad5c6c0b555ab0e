#include "core/samplers/prior.hpp"

#include <cmath>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

SearchSpace mixed() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{32}, {}});
  space.add(
      {"kind", Choices{{std::string("a"), std::string("b:c"), std::string("d")}}, std::string("a"), {}});
  space.add({"fixed", Choices{{3.0}}, 3.0, {}});
  return space;
}

double mean_of(const Priors& priors, std::size_t dimension) {
  double sum = 0;
  for (int i = 0; i < 1000; ++i)
    sum += priors.spread({(i + .5) / 1000, (i + .5) / 1000, (i + .5) / 1000})[dimension];
  return sum / 1000;
}

}  // namespace

TEST_CASE("a prior weighs points near its value more, and the less the more results there are") {
  const UnitCube cube(mixed());
  const Priors priors(cube, {{"rate", "0.001"}});
  const Point near{.5, .5, .5}, far{.95, .5, .5};
  CHECK(priors.log_weight(near, 10) > priors.log_weight(far, 10) + 1);
  CHECK(priors.log_weight(far, 10) == Approx(10 * priors.log_weight(far, 100)));
  CHECK(Priors(cube, {{"rate", "0.001:high"}}).log_weight(far, 10) == Approx(3 * priors.log_weight(far, 10)));
  CHECK(Priors(cube, {{"rate", "0.001:5"}}).log_weight(far, 10) == Approx(.5 * priors.log_weight(far, 10)));
  CHECK(priors.log_weight({std::nan(""), .5, .5}, 10) == 0);
  CHECK(Priors().log_weight(far, 10) == 0);
}

TEST_CASE("a prior is a density, its slope its derivative, and points are spread as it says") {
  const UnitCube cube(mixed());
  for (const char* at : {"1e-4", "0.0003", "0.001", "1e-2"}) {
    const Priors priors(cube, {{"rate", std::string(at) + ":1"}});
    double sum = 0, mean = 0;
    for (int i = 0; i < 1000; ++i) {
      const double x = (i + .5) / 1000, density = std::exp(priors.log_weight({x, .5, .5}, 1));
      sum += density / 1000;
      mean += x * density / 1000;
      const double slope =
          (priors.log_weight({x + 1e-6, .5, .5}, 1) - priors.log_weight({x - 1e-6, .5, .5}, 1)) / 2e-6;
      CHECK(priors.slope(0, x, 1) == Approx(slope).margin(1e-3));
    }
    CHECK(sum == Approx(1).margin(1e-3));
    CHECK(mean_of(priors, 0) == Approx(mean).margin(2e-3));
    CHECK(mean_of(priors, 1) == Approx(.5).margin(2e-3));
  }
}

TEST_CASE("of categories the prior means the one, also where its name has a colon") {
  const UnitCube cube(mixed());
  for (const char* text : {"b:c", "b:c:low"}) {
    const Priors priors(cube, {{"kind", text}});
    CHECK(priors.log_weight({.5, .5, .5}, 3) > priors.log_weight({.5, .5, .2}, 3));
    int hits = 0;
    for (int i = 0; i < 1000; ++i) hits += cube.place(2, priors.spread({.5, .5, (i + .5) / 1000})[2]) == 1;
    CHECK(hits == Approx(933).margin(3));  // nine tenths, and a third of the tenth that is uniform
  }
}

TEST_CASE("the more results, the fewer points are drawn as a prior says") {
  const Priors priors(UnitCube(mixed()), {{"rate", "1e-4:10"}});
  const auto moved = [&](std::size_t results) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      RandomStream random(1, i);
      count += priors.drawn({.5, .5, .5}, results, random)[0] != .5;
    }
    return count;
  };
  CHECK(moved(0) == 1000);
  CHECK(moved(10) == Approx(500).margin(60));
  CHECK(moved(90) == Approx(100).margin(40));
}

TEST_CASE("a prior that the space has no place for is refused") {
  const UnitCube cube(mixed());
  const auto refused = [&](const std::string& name, const std::string& text, const std::string& why) {
    INFO(name << "=" << text);
    CHECK_THROWS_WITH(Priors(cube, {{name, text}}),
                      ContainsSubstring("--prior " + name) && ContainsSubstring(why));
    CHECK_THROWS_AS(Priors(cube, {{name, text}}), UsageError);
  };
  refused("rat", "0.001", "did you mean 'rate'?");
  refused("rate", "0.5", "takes a number from 1e-04 to 0.01");
  refused("rate", "0.001:strong", "'strong' is no strength; give low, medium, high or a number");
  refused("rate", "0.001:0", "no strength");
  refused("rate", "0.001:nan", "no strength");
  refused("rate", "0.5:low", "takes a number from 1e-04 to 0.01");
  refused("fixed", "3", "has one value, there is nothing to expect of it");
}
