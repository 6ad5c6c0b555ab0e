#include "core/samplers/given.hpp"

#include <set>

#include "catch.hpp"
#include "core/samplers/random.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

SearchSpace mixed() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
  space.add({"width", IntRange{16, 256, 16}, std::int64_t{32}, {}});
  space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}});
  space.add({"momentum", FloatRange{0, 1}, 0.5, {{"optimizer", {std::string("sgd")}}}});
  return space;
}

const std::string sgd = "sgd", adam = "adam";

Values given_configuration(const SearchSpace& space, const std::string& text) {
  return given_configuration(space, text, "--try " + text);
}

}  // namespace

TEST_CASE("what a given configuration does not name has its default") {
  CHECK(given_configuration(mixed(), "defaults") ==
        Values{{"rate", 1e-3}, {"width", std::int64_t{32}}, {"optimizer", sgd}, {"momentum", 0.5}});
  CHECK(given_configuration(mixed(), "optimizer=adam,rate=0.002") ==
        Values{{"rate", 0.002}, {"width", std::int64_t{32}}, {"optimizer", adam}});
  CHECK(given_configuration(mixed(), "momentum=0.25").at("momentum") == Value(0.25));
}

TEST_CASE("a given configuration that the space does not have is refused, with what it has") {
  const auto refused = [](const std::string& text, const std::string& why) {
    CHECK_THROWS_WITH(given_configuration(mixed(), text),
                      ContainsSubstring("--try") && ContainsSubstring(why));
    CHECK_THROWS_AS(given_configuration(mixed(), text), UsageError);
  };
  refused("rate=0.5", "a number from 1e-04 to 0.01");
  refused("width=40", "the nearest are 32 and 48");
  refused("widht=32", "width");
  refused("optimizer=adam,momentum=0.1", "no 'momentum' with these values");
  refused("rate=0.001,rate=0.002", "twice");
  refused("rate", "NAME=VALUE");
  refused("", "NAME=VALUE");
  refused("rate=0.001,", "NAME=VALUE");
}

TEST_CASE("a given configuration names what is fixed only as it is") {
  SearchSpace space = mixed();
  space.fix("width", "64");
  CHECK(given_configuration(space, "width=64").at("width") == Value(std::int64_t{64}));
  CHECK_THROWS_WITH(given_configuration(space, "width=128"),
                    ContainsSubstring("width is fixed at 64, for all trials"));
}

TEST_CASE("texts with commas and backslashes are read back") {
  const Assignments assignments{{"path", "a,b\\c=d"}, {"x", ""}, {"y\\", "\\,"}};
  CHECK(read_assignments(given_text(assignments), "") == assignments);
  CHECK(read_assignments("path=C:\\dir,x=1", "") == Assignments{{"path", "C:\\dir"}, {"x", "1"}});
  CHECK(given_text({}) == "defaults");
}

TEST_CASE("given configurations come first, and are not tried again") {
  SearchSpace space;
  space.add({"x", IntRange{1, 5}, std::int64_t{3}, {}});
  auto random = std::make_unique<RandomSampler>(space, 1);
  const RandomSearch& known = *random;
  GivenFirst sampler({given_configuration(space, "x=4"), given_configuration(space, "defaults")}, known,
                     std::move(random));
  std::set<Value> tried;
  for (TrialId trial = 0; !sampler.exhausted(); ++trial) {
    const Sample sample = sampler.sample(trial);
    CHECK((sample.origin.sampler == "given") == (trial < 2));
    if (trial < 2) CHECK(sample.values.at("x") == Value(std::int64_t{trial == 0 ? 4 : 3}));
    CHECK(tried.insert(sample.values.at("x")).second);
    sampler.started(trial, sample.values);
  }
  CHECK(tried.size() == 5);
}
