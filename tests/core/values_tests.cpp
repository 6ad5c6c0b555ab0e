#include "sibyl/values.hpp"

#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/archive.hpp"
#include "catch.hpp"
#include "core/fields.hpp"
#include "sibyl/random.hpp"

using namespace sibyl;

namespace {

std::string name_of(std::uint64_t number) {
  return "hyperparameter_" + std::to_string(number);
}

bool equal(const Values& values, const std::map<std::string, Value>& map) {
  if (values.size() != map.size()) return false;
  auto at = map.begin();
  for (const auto& [name, value] : values) {
    if (name != at->first || value != at->second) return false;
    ++at;
  }
  return true;
}

}  // namespace

TEST_CASE("values by name are what a map of them is, whatever is done to them") {
  Values values;
  std::map<std::string, Value> map;
  RandomStream random(7, "values");
  for (int step = 0; step < 5000; ++step) {
    const std::string name = name_of(random.below(20));
    const auto what = random.below(5);
    if (what == 0) {
      values[name] = std::int64_t{step};
      map[name] = std::int64_t{step};
    } else if (what == 1) {
      values.emplace(name, 0.5 * step);
      map.emplace(name, 0.5 * step);
    } else if (what == 2) {
      REQUIRE(values.erase(name) == map.erase(name));
    } else if (what == 3) {
      REQUIRE(values.contains(name) == map.contains(name));
      if (map.contains(name)) REQUIRE(values.at(name) == map.at(name));
    } else {
      const Values others{{name, "new"}, {name_of(random.below(20)), true}};
      values.update(others);
      for (const auto& [other, value] : others) map[other] = value;
    }
    REQUIRE(equal(values, map));
  }
  Bytes as_values, as_map;
  write_to(as_values, values);
  write_to(as_map, map);
  CHECK(as_values == as_map);
}

TEST_CASE("values are ordered as maps are, by their names and then by what they are") {
  const Values one{{"a", 1.0}}, more{{"a", 1.0}, {"b", 1.0}}, larger{{"a", 2.0}}, other{{"b", 0.0}};
  CHECK(Values() < one);
  CHECK(one < more);
  CHECK(more < larger);
  CHECK(larger < other);
  CHECK_FALSE(other < larger);
  CHECK_FALSE(one < one);
  CHECK(one == Values{{"a", 1.0}});
  CHECK_FALSE(one == larger);
}

TEST_CASE("of values under one name the first counts, and one that is not there is an error that names it") {
  const Values values{{"b", std::int64_t{1}}, {"a", true}, {"b", std::int64_t{2}}};
  CHECK(values.size() == 2);
  CHECK(values.begin()->first == "a");
  CHECK(values.at("b") == Value(std::int64_t{1}));
  CHECK_THROWS_AS(values.at("c"), std::out_of_range);
}

TEST_CASE("threads may use the same new names at once") {
  std::vector<Values> of_threads(8);
  std::vector<std::thread> threads;
  for (Values& values : of_threads)
    threads.emplace_back([&values] {
      for (std::uint64_t i = 0; i < 500; ++i) values["only here " + std::to_string(i)] = true;
    });
  for (std::thread& each : threads) each.join();
  for (const Values& values : of_threads) CHECK(values == of_threads.front());
}
