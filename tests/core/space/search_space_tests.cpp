#include "sibyl/search_space.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "catch.hpp"
#include "core/space/configurations.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

Value text(const char* value) {
  return std::string(value);
}

std::map<std::string, int> tally(const Domain& domain, int draws) {
  std::map<std::string, int> counts;
  for (int i = 0; i < draws; ++i) {
    RandomStream random(5, i);
    const Value value = draw(domain, random);
    REQUIRE(contains(domain, value));
    ++counts[to_string(value)];
  }
  return counts;
}

}  // namespace

TEST_CASE("an Int includes both ends and keeps its step") {
  const Domain domain = IntRange{16, 64, 16};
  CHECK(size(domain) == 4u);
  CHECK(value_at(domain, 3) == Value(std::int64_t{64}));
  const auto counts = tally(domain, 4000);
  CHECK(counts.size() == 4);
  for (const auto& [value, count] : counts) CHECK(count == Approx(1000).margin(150));
  CHECK_FALSE(contains(domain, std::int64_t{20}));
  CHECK(size(IntRange{1, 10, 4}) == 3u);  // 1, 5, 9
}

TEST_CASE("with log sampling a step of 2 or more is a factor") {
  const Domain ints = IntRange{8, 100, 2, Sampling::log};
  CHECK(size(ints) == 4u);
  CHECK(value_at(ints, 3) == Value(std::int64_t{64}));
  CHECK(contains(ints, std::int64_t{32}));
  CHECK_FALSE(contains(ints, std::int64_t{10}));
  CHECK(tally(ints, 400).size() == 4);
  const Domain floats = FloatRange{1e-4, 1e-1, 10, Sampling::log};
  CHECK(size(floats) == 4u);
  CHECK(tally(floats, 400).size() == 4);
}

TEST_CASE("log sampling gives each decade the same share, reverse-log mirrors it") {
  int low = 0, high = 0;
  for (int i = 0; i < 10000; ++i) {
    RandomStream a(1, i), b(1, i);
    low += std::get<double>(draw(FloatRange{1e-4, 1e-2, 0, Sampling::log}, a)) < 1e-3;
    high += std::get<double>(draw(FloatRange{1, 100, 0, Sampling::reverse_log}, b)) > 91;
  }
  CHECK(low == Approx(5000).margin(200));
  CHECK(high == Approx(5000).margin(200));
}

TEST_CASE("log-sampled integers reach both ends of their range") {
  const auto counts = tally(IntRange{1, 8, 1, Sampling::log}, 8000);
  CHECK(counts.size() == 8);
  CHECK(counts.at("1") > counts.at("8") * 4);
  CHECK(tally(IntRange{0, 0}, 3).size() == 1);
}

TEST_CASE("Floats with a step stay on their grid") {
  const Domain domain = FloatRange{0, 0.5, 0.1};
  CHECK(size(domain) == 6u);
  CHECK(tally(domain, 600).size() == 6);
  CHECK_FALSE(size(FloatRange{0, 1}).has_value());
}

TEST_CASE("drawn values are pinned") {
  SearchSpace space;
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{16}, {}});
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"late", FloatRange{1, 100, 0, Sampling::reverse_log}, 1.0, {}});
  space.add({"units", IntRange{1, 1000, 1, Sampling::log}, std::int64_t{1}, {}});
  space.add({"optimizer", Choices{{text("sgd"), text("adam")}}, text("sgd"), {}});
  const Values values = draw(space, 7, 3);
  CHECK(values.at("width") == Value(std::int64_t{176}));
  CHECK(values.at("units") == Value(std::int64_t{9}));
  CHECK(values.at("optimizer") == text("sgd"));
  CHECK(std::get<double>(values.at("rate")) == Approx(0.0034311234729448169).epsilon(1e-14));
  CHECK(std::get<double>(values.at("late")) == Approx(46.891244987741274).epsilon(1e-14));
}

TEST_CASE("a hyperparameter is drawn only where its conditions hold") {
  SearchSpace space;
  space.add({"optimizer", Choices{{text("sgd"), text("adam")}}, text("sgd"), {}});
  space.add({"momentum", FloatRange{0, 0.9, 0.1}, 0.0, {{"optimizer", {text("sgd")}}}});
  space.add({"nesterov", Choices{{false, true}}, false, {{"optimizer", {text("sgd")}}, {"momentum", {0.9}}}});
  for (int trial = 0; trial < 200; ++trial) {
    const Values values = draw(space, 1, trial);
    CHECK(values.contains("momentum") == (values.at("optimizer") == text("sgd")));
  }
  // adam: 1; sgd: 9 momenta without nesterov, and 0.9 with and without
  CHECK(space.points() == 1u + 9 + 2);
}

TEST_CASE("every point of a finite space is a different configuration") {
  SearchSpace space;
  space.add({"kind", Choices{{text("a"), text("b"), text("c")}}, text("a"), {}});
  space.add({"x", IntRange{1, 4}, std::int64_t{1}, {{"kind", {text("a"), text("b")}}}});
  space.add({"y", Choices{{false, true}}, false, {}});
  space.add({"z", IntRange{0, 2}, std::int64_t{0}, {{"y", {true}}}});
  const Configurations all(space);
  REQUIRE(space.points() == (4u + 4 + 1) * (1 + 3));
  std::set<Values> seen;
  for (std::uint64_t i = 0; i < *space.points(); ++i) seen.insert(all.at(i));
  CHECK(seen.size() == *space.points());
  for (const Values& values : seen) {
    CHECK(values.contains("x") == (values.at("kind") != text("c")));
    CHECK(values.contains("z") == (values.at("y") == Value(true)));
  }
}

TEST_CASE("a space that is continuous or too large to count has no number of points") {
  SearchSpace space;
  for (int i = 0; i < 7; ++i)
    space.add({std::string(1, char('a' + i)), IntRange{1, 1000}, std::int64_t{1}, {}});
  CHECK_FALSE(space.points().has_value());
  SearchSpace continuous;
  continuous.add({"x", FloatRange{0, 1}, 0.0, {}});
  CHECK_FALSE(continuous.points().has_value());
  CHECK(SearchSpace().points() == 1u);
}

TEST_CASE("the same name twice is fine with the same range and an error with another") {
  SearchSpace space;
  space.add({"x", IntRange{1, 4}, std::int64_t{1}, {}});
  space.add({"x", IntRange{1, 4}, std::int64_t{1}, {}});
  CHECK(space.hyperparameters().size() == 1);
  CHECK_THROWS_WITH(space.add({"x", IntRange{1, 5}, std::int64_t{1}, {}}), ContainsSubstring("twice"));
}

TEST_CASE("a hyperparameter can be fixed to a value of its range") {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2}, 1e-3, {}});
  space.add({"n", IntRange{0, 8, 2}, std::int64_t{0}, {}});
  space.add({"seconds", Choices{{1.0}}, 1.0, {}});
  space.fix("rate", "0.005");
  space.fix("n", "4");
  space.fix("seconds", "0.01");  // fixed ones are settings: any value of the type
  const Values values = draw(space, 1, 1);
  CHECK(values == Values{{"rate", 0.005}, {"n", std::int64_t{4}}, {"seconds", 0.01}});
  CHECK(space.points() == 1u);

  SearchSpace other;
  other.add({"n", IntRange{0, 8, 2}, std::int64_t{0}, {}});
  other.add({"opt", Choices{{text("sgd"), text("adam")}}, text("sgd"), {}});
  CHECK_THROWS_WITH(other.fix("n", "3"), ContainsSubstring("a whole number from 0 to 8 in steps of 2"));
  CHECK_THROWS_WITH(other.fix("n", "four"), ContainsSubstring("a whole number"));
  CHECK_THROWS_WITH(other.fix("opt", "lion"), ContainsSubstring("one of sgd adam"));
  CHECK_THROWS_WITH(other.fix("m", "3"),
                    ContainsSubstring("no hyperparameter 'm'") && ContainsSubstring("n, opt"));
  CHECK_THROWS_AS(other.fix("n", "3"), UsageError);
}

TEST_CASE("a value between two steps is refused, with the nearest ones that there are") {
  const auto refused = [](const Domain& domain, const std::string& text, const std::string& says) {
    INFO(text);
    try {
      const Value taken = parse("--set", "x", domain, text);
      FAIL("taken as " << to_string(taken));
    } catch (const UsageError& error) {
      CHECK_THAT(std::string(error.what()), Catch::Matchers::EndsWith(says));
    }
  };
  const FloatRange tenths{0, 0.5, 0.1};
  CHECK(parse("--set", "x", tenths, "0.3") == Value(0.3));
  refused(tenths, "0.13", "in steps of 0.1, not 0.13; the nearest are 0.1 and 0.2");
  refused(tenths, "0.49", "the nearest are 0.4 and 0.5");
  refused(tenths, "0.6", "not 0.6; the largest is 0.5");
  refused(tenths, "-0.1", "from 0 to 0.5 in steps of 0.1");
  refused(FloatRange{0, 0.5, 0.2}, "0.5", "the largest is 0.4");
  refused(FloatRange{0, 0.5}, "0.6", "takes a number from 0 to 0.5");
  refused(FloatRange{0, 0.5}, "-0.1", "takes a number from 0 to 0.5");
  refused(FloatRange{0, 3, 1}, "2.5", "in steps of 1, not 2.5; the nearest are 2 and 3");
  refused(FloatRange{1e-4, 1, 10, Sampling::log}, "0.05",
          "in factors of 10, not 0.05; the nearest are 0.01 and 0.1");
  refused(IntRange{8, 256, 8}, "100", "in steps of 8, not 100; the nearest are 96 and 104");
  constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                 most = std::numeric_limits<std::int64_t>::max();
  refused(IntRange{least, most, 2}, "1", "the nearest are 0 and 2");
  refused(IntRange{8, 256}, "x", "a whole number from 8 to 256");
}

TEST_CASE("values read back from their text") {
  CHECK(to_string(Value(0.1)) == "0.1");
  CHECK(to_string(Value(1e-4)) == "1e-04");
  CHECK(to_string(Value(true)) == "true");
  const double x = 0.1 + 0.2;
  CHECK(parse("--set", "x", FloatRange{0, 1}, to_string(Value(x))) == Value(x));
}
