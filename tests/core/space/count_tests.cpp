#include "core/space/count.hpp"

#include "catch.hpp"
#include "core/layered.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

Counted count(const std::function<void(HyperParameters&)>& questions) {
  return count_configurations(space_of(questions), asker(questions));
}

}  // namespace

TEST_CASE("a configuration is what is asked for, in that order, and nothing else") {
  const Ask ask = asker(Layered{});
  const Values given{{"layers", std::int64_t{1}}, {"units_0", std::int64_t{2}}, {"units_2", std::int64_t{3}}};
  const auto made = ask(given, {});
  REQUIRE(made);
  CHECK(made->values == Values{{"layers", std::int64_t{1}}, {"units_0", std::int64_t{2}}});
  REQUIRE(made->hyperparameters.size() == 2);
  CHECK(made->hyperparameters[0].name == "layers");
  CHECK(made->hyperparameters[1].domain == Domain(IntRange{1, 3}));
}

TEST_CASE("what a configuration asks for besides is drawn as in the trial itself") {
  const Ask ask = asker(Layered{.most = 1000});
  const auto made = ask({{"layers", std::int64_t{2}}}, {7, 5, 0});
  REQUIRE(made);
  HyperParameters trial({{"layers", std::int64_t{2}}}, 7, 5);
  Layered{.most = 1000}(trial);
  CHECK(made->values == trial.values());
  CHECK(ask({{"layers", std::int64_t{2}}}, {7, 5, 1})->values != made->values);  // a redraw
}

TEST_CASE("an inactive hyperparameter is not a configuration's, and neither is what only its scope names") {
  const Ask ask = asker([](HyperParameters& hp) {
    hp.Choice("optimizer", {"sgd", "adam"});
    const auto scope = hp.conditional_scope("optimizer", {"sgd"});
    hp.Float("momentum", 0, 1);
  });
  CHECK(ask({{"optimizer", std::string("adam")}}, {})->values.size() == 1);
  CHECK(ask({{"optimizer", std::string("sgd")}}, {})->values.size() == 2);
}

TEST_CASE("configurations are counted by what they ask for, whatever the space was found from") {
  for (const std::int64_t usual : {1, 2, 3}) {
    int asked = 0;
    const Counted counted = count(Layered{.usual = usual, .asked = &asked});
    CHECK(counted.complete);
    CHECK(counted.all.size() == 3 + 9 + 27);  // not 81
    CHECK(counted.beyond == (usual < 3));     // the space that was found names fewer
    CHECK(asked <= 1 + 39 + 3);
  }
}

TEST_CASE("a space whose questions never change has as many configurations as it says") {
  const auto plain = [](HyperParameters& hp) {
    if (hp.Choice("optimizer", {"sgd", "adam"}) == "sgd") {
      const auto scope = hp.conditional_scope("optimizer", {"sgd"});
      hp.Int("steps", 1, 5);
    }
    hp.Boolean("normalize");
  };
  const Counted counted = count(plain);
  CHECK(counted.all.size() == 12);
  CHECK(counted.as_declared(space_of(plain)));
  CHECK_FALSE(count(Layered{}).as_declared(space_of(Layered{})));
}

TEST_CASE("what --set fixes has one value") {
  SearchSpace space = space_of(Layered{});
  space.fix("units_0", "2");
  CHECK(count_configurations(space, asker(Layered{})).all.size() == 1 + 3 + 9);
  space.fix("layers", "2");
  CHECK(count_configurations(space, asker(Layered{})).all.size() == 3);
}

TEST_CASE("large and endless spaces are given up after a few questions") {
  int asked = 0;
  Counted counted = count(Layered{.deepest = 8, .most = 1000, .usual = 8, .asked = &asked});
  CHECK_FALSE(counted.complete);
  CHECK(counted.all.empty());
  CHECK_FALSE(counted.endless);
  CHECK(asked <= 5);
  asked = 0;
  counted = count(Layered{.deepest = 12, .most = 2, .usual = 12, .asked = &asked});  // 8190
  CHECK_FALSE(counted.complete);
  CHECK(asked <= static_cast<int>(max_counted) + 1);
  counted = count([](HyperParameters& hp) {
    hp.Int("layers", 1, 3);
    hp.Float("rate", 0, 1);
  });
  CHECK(counted.endless);
  CHECK_FALSE(counted.complete);
}

TEST_CASE("where build fails, a configuration has all of the search space") {
  const Counted counted = count(Layered{.throws_at = 1});  // 27 of 81 that say nothing, and 9 + 27 that do
  CHECK_FALSE(counted.complete);                           // too many questions without an answer
  const Counted few = count(Layered{.deepest = 2, .most = 2, .usual = 2, .throws_at = 1});
  CHECK(few.complete);
  CHECK(few.all.size() == 4 + 4);
  CHECK(few.as_declared(space_of(Layered{.deepest = 2, .most = 2, .usual = 2})));
}
