#include "core/space/configurations.hpp"

#include <set>

#include "catch.hpp"

using namespace sibyl;

namespace {

const Choices yes_or_no{{false, true}};

void add_switch(SearchSpace& space, const std::string& name, std::vector<Condition> conditions = {}) {
  space.add({name, yes_or_no, false, std::move(conditions)});
}

void add_units(SearchSpace& space, const std::string& name, std::int64_t most,
               std::vector<Condition> conditions) {
  space.add({name, IntRange{1, most}, std::int64_t{1}, std::move(conditions)});
}

Condition on(const std::string& parent) {
  return {parent, {true}};
}

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
constexpr int spaces = 100'000;
#else
constexpr int spaces = 10'000;
#endif

/// Every configuration, by trying all values in order, as `draw` does.
void collect(const SearchSpace& space, std::size_t at, Values& chosen, std::set<Values>& all) {
  if (at == space.hyperparameters().size()) {
    all.insert(chosen);
    return;
  }
  const Hyperparameter& here = space.hyperparameters()[at];
  if (chosen.contains(here.name) || !holds(here.conditions, chosen))
    return collect(space, at + 1, chosen, all);
  for (std::uint64_t place = 0; place < *size(here.domain); ++place) {
    chosen[here.name] = value_at(here.domain, place);
    collect(space, at + 1, chosen, all);
  }
  chosen.erase(here.name);
}

Domain small_domain(RandomStream& random) {
  switch (random.below(4)) {
    case 0:
      return yes_or_no;
    case 1:
      return FloatRange{0, 0.1 * static_cast<double>(1 + random.below(3)), 0.1};
    case 2:
      return IntRange{0, static_cast<std::int64_t>(random.below(4))};
    default:
      return Choices{{std::string("a"), std::string("b"), std::string("c")}};
  }
}

// Names come again with other domains, and conditions are on anything, also on what comes later.
SearchSpace random_space(RandomStream& random) {
  SearchSpace space;
  std::vector<std::string> names;
  for (std::uint64_t n = random.below(7); n > 0; --n) {
    Hyperparameter each{
        std::string(1, static_cast<char>('p' + random.below(6))), small_domain(random), {}, {}};
    each.default_value = value_at(each.domain, 0);
    for (std::uint64_t conditions = random.below(3); conditions > 0 && !names.empty(); --conditions) {
      const std::string parent = names[random.below(names.size())];
      Condition condition{parent, {}};
      for (const Hyperparameter& known : space.hyperparameters())
        if (known.name == parent)
          for (std::uint64_t k = random.below(3); k > 0; --k)
            condition.values.push_back(value_at(known.domain, random.below(*size(known.domain))));
      each.conditions.push_back(std::move(condition));
    }
    const auto& all = space.hyperparameters();
    const bool twice = std::any_of(all.begin(), all.end(), [&](const Hyperparameter& known) {
      return known.name == each.name && known.conditions == each.conditions;
    });
    if (twice) continue;
    names.push_back(each.name);
    space.add(std::move(each));
  }
  return space;
}

}  // namespace

TEST_CASE("random spaces: as many configurations as there are, each at a place of its own") {
  std::uint64_t most = 0;
  for (int i = 0; i < spaces; ++i) {
    RandomStream random(6, i);
    const SearchSpace space = random_space(random);
    std::set<Values> all;
    Values chosen;
    collect(space, 0, chosen, all);
    const Configurations configurations(space);
    INFO("space " << i);
    REQUIRE(configurations.count() == all.size());
    std::set<Values> seen;
    for (std::uint64_t place = 0; place < all.size(); ++place) {
      const Values values = configurations.at(place);
      if (configurations.place_of(values) != place) FAIL("place " << place << " is not found again");
      seen.insert(values);
    }
    REQUIRE(seen == all);
    REQUIRE(all.contains(draw(space, 1, i)));
    most = std::max<std::uint64_t>(most, all.size());
  }
  CHECK(most > 100);
}

TEST_CASE("switches with a child each are counted without trying all of them") {
  SearchSpace together, apart;
  for (int i = 0; i < 38; ++i) {
    const std::string n = std::to_string(i);
    add_switch(together, "use" + n);
    add_units(together, "units" + n, 2, {on("use" + n)});
  }
  for (int i = 0; i < 38; ++i) add_switch(apart, "use" + std::to_string(i));
  for (int i = 0; i < 38; ++i)
    add_units(apart, "units" + std::to_string(i), 2, {on("use" + std::to_string(i))});
  const std::uint64_t three_to_the_38 = 1350851717672992089;
  CHECK(Configurations(together).count() == three_to_the_38);
  CHECK(Configurations(apart).count() == three_to_the_38);
  for (const SearchSpace* space : {&together, &apart}) {
    const Configurations all(*space);
    for (const std::uint64_t place : {std::uint64_t{0}, three_to_the_38 / 3, three_to_the_38 - 1})
      CHECK(all.place_of(all.at(place)) == place);
  }
  add_switch(together, "one more");
  add_switch(together, "and another");
  CHECK_FALSE(together.points());  // more than 2^62
}

TEST_CASE("what stands below one parent is counted as quickly") {
  SearchSpace space;
  space.add({"model", Choices{{std::string("mlp"), std::string("tree")}}, std::string("mlp"), {}});
  const Condition mlp{"model", {std::string("mlp")}};
  for (int i = 0; i < 30; ++i) add_switch(space, "use" + std::to_string(i), {mlp});
  for (int i = 0; i < 30; ++i)
    add_switch(space, "kind" + std::to_string(i), {mlp, on("use" + std::to_string(i))});
  for (int i = 0; i < 30; ++i)
    add_units(space, "units" + std::to_string(i), 3,
              {mlp, on("use" + std::to_string(i)), on("kind" + std::to_string(i))});
  std::uint64_t expected = 1;
  for (int i = 0; i < 26; ++i) expected *= 5;
  SearchSpace fewer;
  for (const Hyperparameter& each : space.hyperparameters()) {
    const auto digits = each.name.find_first_of("0123456789");
    if (digits == std::string::npos || std::stoi(each.name.substr(digits)) < 26) fewer.add(each);
  }
  CHECK(fewer.points() == expected + 1);
  CHECK_FALSE(space.points());  // 5^30
}

TEST_CASE("a chain of conditions, and a child of many parents") {
  SearchSpace chain;
  add_switch(chain, "b0");
  std::vector<Condition> conditions;
  for (int i = 1; i <= 40; ++i) {
    conditions.push_back(on("b" + std::to_string(i - 1)));
    add_switch(chain, "b" + std::to_string(i), conditions);
  }
  CHECK(chain.points() == 42u);

  SearchSpace ring;  // the neighbours of each switch decide on a child
  for (int i = 0; i < 24; ++i) add_switch(ring, "s" + std::to_string(i));
  for (int i = 0; i < 24; ++i)
    add_units(ring, "u" + std::to_string(i), 2,
              {on("s" + std::to_string(i)), on("s" + std::to_string((i + 1) % 24))});
  // The trace of the transfer matrix (1 1; 1 2) to the 24th power: a Lucas number.
  CHECK(ring.points() == 10749957122u);

  SearchSpace all_of;
  std::vector<Condition> every;
  for (int i = 0; i < 30; ++i) {
    add_switch(all_of, "s" + std::to_string(i));
    every.push_back(on("s" + std::to_string(i)));
  }
  add_units(all_of, "u", 100, every);
  CHECK(all_of.points() == (std::uint64_t{1} << 30) - 1 + 100);
}

TEST_CASE("a parent of many values is not gone through") {
  SearchSpace space;
  space.add({"n", IntRange{1, 1'000'000'000'000}, std::int64_t{1}, {}});
  add_units(space, "u", 10, {{"n", {std::int64_t{7}, std::int64_t{1'000'000'000'000}}}});
  const Configurations all(space);
  CHECK(all.count() == 1'000'000'000'000u - 2 + 20);
  CHECK(all.at(6).at("n") == Value(std::int64_t{7}));
  CHECK(all.at(15).at("u") == Value(std::int64_t{10}));
  CHECK(all.at(16) == Values{{"n", std::int64_t{8}}});
  CHECK(all.place_of({{"n", std::int64_t{8}}}) == 16u);
}

TEST_CASE("what is no configuration has no place") {
  SearchSpace space;
  add_switch(space, "use");
  add_units(space, "units", 2, {on("use")});
  const Configurations all(space);
  CHECK_FALSE(all.place_of({}));
  CHECK_FALSE(all.place_of({{"use", true}}));
  CHECK_FALSE(all.place_of({{"use", true}, {"units", std::int64_t{3}}}));
  CHECK_FALSE(all.place_of({{"use", std::string("true")}}));
  CHECK(all.place_of({{"use", false}, {"something else", 0.5}}) == 0u);
  CHECK(Configurations(SearchSpace{}).count() == 1u);
}

TEST_CASE("a continuous value that no configuration has is not counted") {
  SearchSpace space;
  add_switch(space, "use");
  space.add({"rate", FloatRange{0, 1}, 0.0, {{"use", {}}}});
  CHECK(space.points() == 2u);
  space.add({"other", FloatRange{0, 1}, 0.0, {on("use")}});
  CHECK_FALSE(space.points());
}
