#include "sibyl/hyperparameters.hpp"

#include <cmath>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

// A model with every kind of hyperparameter, as a user would write it.
struct Asked {
  std::int64_t layers = 0;
  double rate = 0, momentum = -1;
  std::string optimizer;
  bool bias = false;
  std::vector<std::int64_t> units;
};

Asked build(HyperParameters& hp) {
  Asked asked;
  asked.layers = hp.Int("layers", 1, 3);
  asked.rate = hp.Float("rate", 1e-4, 1e-2, {.sampling = Sampling::log, .default_value = 1e-3});
  asked.optimizer = hp.Choice("optimizer", {"sgd", "adam"});
  asked.bias = hp.Boolean("bias", true);
  if (auto sgd = hp.conditional_scope("optimizer", {"sgd"})) asked.momentum = hp.Float("momentum", 0, 0.99);
  auto encoder = hp.name_scope("encoder");
  for (int i = 0; i < asked.layers; ++i)
    asked.units.push_back(hp.Int("units_" + std::to_string(i), 8, 64, {.step = 8}));
  hp.Fixed("batch", 64);
  return asked;
}

}  // namespace

TEST_CASE("the search space is what build asks for, with every conditional scope opened once") {
  HyperParameters hp;
  const Asked asked = build(hp);
  CHECK(hp.space().names() == std::vector<std::string>{"layers", "rate", "optimizer", "bias", "momentum",
                                                       "encoder/units_0", "encoder/batch"});
  CHECK(asked.rate == 1e-3);
  CHECK(asked.bias);
  CHECK(asked.layers == 1);
  const auto& momentum = hp.space().hyperparameters()[4];
  CHECK(momentum.conditions == std::vector<Condition>{{"optimizer", {Value(std::string("sgd"))}}});
  CHECK(kind(hp.space().hyperparameters()[3].domain) == "boolean");
  CHECK(kind(hp.space().hyperparameters()[6].domain) == "fixed");
}

TEST_CASE("scopes that exclude each other are all explored, also with the same name in them") {
  HyperParameters hp;
  hp.Choice("model", {"mlp", "cnn", "tree"});
  if (auto mlp = hp.conditional_scope("model", {"mlp"})) {
    hp.Int("units", 8, 64);
    hp.Boolean("deep");
    if (auto deep = hp.conditional_scope("deep", {true})) hp.Int("depth", 3, 9);
  }
  if (auto cnn = hp.conditional_scope("model", {"cnn"})) hp.Int("units", 4, 8);
  REQUIRE(hp.space().hyperparameters().size() == 5);
  CHECK(hp.space().points() == 57u * (1 + 7) + 5 + 1);
  for (int trial = 0; trial < 100; ++trial) {
    const Values values = draw(hp.space(), 3, trial);
    HyperParameters again(values, 3, trial);
    if (again.Choice("model", {"mlp", "cnn", "tree"}) == "cnn") {
      auto cnn = again.conditional_scope("model", {"cnn"});
      REQUIRE(cnn);
      CHECK(again.Int("units", 4, 8) <= 8);
    }
    CHECK(again.take_found().empty());
  }
}

TEST_CASE("in a trial, build is answered with the trial's values") {
  HyperParameters hp({{"layers", std::int64_t{2}},
                      {"rate", 0.005},
                      {"optimizer", std::string("adam")},
                      {"bias", false},
                      {"encoder/units_0", std::int64_t{16}},
                      {"encoder/units_1", std::int64_t{24}},
                      {"encoder/batch", std::int64_t{64}}},
                     7, 3);
  const Asked asked = build(hp);
  CHECK(asked.layers == 2);
  CHECK(asked.rate == 0.005);
  CHECK(asked.optimizer == "adam");
  CHECK_FALSE(asked.bias);
  CHECK(asked.units == std::vector<std::int64_t>{16, 24});
  CHECK(asked.momentum == -1);  // its scope was closed
  CHECK_FALSE(hp.values().contains("momentum"));
  CHECK(hp.take_found().empty());
}

TEST_CASE("a hyperparameter that first shows up in a trial draws its value from its own stream") {
  const Values given{{"layers", std::int64_t{3}},           {"rate", 0.005},
                     {"optimizer", std::string("adam")},    {"bias", false},
                     {"encoder/units_0", std::int64_t{16}}, {"encoder/batch", std::int64_t{64}}};
  HyperParameters hp(given, 7, 3), same(given, 7, 3), other(given, 7, 4);
  const Asked asked = build(hp);
  const auto found = hp.take_found();
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "encoder/units_1");
  CHECK(found[1].name == "encoder/units_2");
  CHECK(hp.take_found().empty());
  CHECK(build(same).units == asked.units);
  CHECK(build(other).units != asked.units);
  // ... which is the value that the oracle would have drawn
  SearchSpace space;
  for (const auto& hyperparameter : found) space.add(hyperparameter);
  CHECK(draw(space, 7, 3).at("encoder/units_2") == Value(asked.units[2]));
}

TEST_CASE("choices of numbers keep their type") {
  HyperParameters hp;
  const std::int64_t filters = hp.Choice("filters", {16, 32});
  const double rate = hp.Choice("rate", {1e-2, 1e-3}, {.default_value = 1e-3});
  const std::string name = hp.Choice("name", std::vector<std::string>{"a", "b"});
  CHECK(filters == 16);
  CHECK(rate == 1e-3);
  CHECK(name == "a");
  CHECK(hp.Choice("flag", {true, false}) == true);
}

TEST_CASE("wrong questions are errors that name the hyperparameter") {
  HyperParameters hp;
  CHECK_THROWS_WITH(hp.Int("x", 5, 1), ContainsSubstring("'x' from 5 to 1"));
  CHECK_THROWS_WITH(hp.Int("x", 0, 5, {.step = 0}), ContainsSubstring("at least 1"));
  CHECK_THROWS_WITH(hp.Float("x", 0, 1, {.sampling = Sampling::log}), ContainsSubstring("needs min > 0"));
  CHECK_THROWS_WITH(hp.Int("x", 0, 5, {.default_value = 9}), ContainsSubstring("default, 9"));
  CHECK_THROWS_WITH(hp.Choice("x", std::vector<int>{}), ContainsSubstring("at least one"));
  CHECK_THROWS_WITH(hp.Choice("x", {1, 2, 1}), ContainsSubstring("twice"));
  CHECK_THROWS_WITH(hp.conditional_scope("nothing", {1}), ContainsSubstring("before the scope"));
  CHECK_THROWS_AS(hp.Int("", 0, 1), Error);
  CHECK_THROWS_WITH(hp.Float("x", 0, 1, {.default_value = std::nan("")}), ContainsSubstring("default, nan"));
  CHECK_THROWS_WITH(hp.Float("x", 0, 1, {.step = 0.1, .default_value = 0.25}),
                    ContainsSubstring("default, 0.25") && ContainsSubstring("in steps of 0.1"));
  CHECK_THROWS_WITH(hp.Float("x", 0, 1, {.step = std::nan("")}), ContainsSubstring("finite"));
  hp.Choice("optimizer", {"sgd", "adam"});
  CHECK_THROWS_WITH(
      hp.conditional_scope("optimizer", {"sgd", "lion"}),
      ContainsSubstring("'optimizer' = lion never holds") && ContainsSubstring("one of sgd adam"));
  CHECK_THROWS_AS(hp.conditional_scope("optimizer", {1}), Error);
}

TEST_CASE("steps of a Float are taken up to rounding, by journals of earlier versions too") {
  HyperParameters hp;
  CHECK(hp.Float("x", 0, 0.3, {.step = 0.1, .default_value = 0.1 + 0.2}) == 0.3);
  HyperParameters recorded({{"x", 0.30000000000000004}}, 1, 1);
  CHECK(recorded.Float("x", 0, 0.3, {.step = 0.1}) == 0.3);
  HyperParameters other({{"x", 0.25}}, 1, 1);
  CHECK_THROWS_WITH(other.Float("x", 0, 0.3, {.step = 0.1}), ContainsSubstring("search space changed"));
}

TEST_CASE("a scope on a setting opens with the value that it is set to") {
  HyperParameters hp({{"mode", std::string("other")}}, 1, 1);
  hp.Fixed("mode", "plain");
  CHECK(hp.conditional_scope("mode", {"other"}));
  CHECK_FALSE(hp.conditional_scope("mode", {"plain"}));
}

TEST_CASE("a value outside of what the job asks for is noticed") {
  HyperParameters hp({{"x", std::int64_t{9}}}, 1, 1);
  CHECK_THROWS_WITH(hp.Int("x", 0, 5), ContainsSubstring("search space changed"));
  HyperParameters wrong_type({{"x", 0.5}}, 1, 1);
  CHECK_THROWS_AS(wrong_type.Int("x", 0, 5), Error);
  HyperParameters setting({{"x", 0.5}}, 1, 1);
  CHECK(setting.Fixed("x", 1.0) == 0.5);
}
