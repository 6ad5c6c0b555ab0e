#include "core/space/bounded.hpp"

#include "catch.hpp"
#include "core/layered.hpp"
#include "core/samplers/asking.hpp"

using namespace sibyl;

namespace {

// The space that its defaults show has x under kind = a alone.
void questions(HyperParameters& hp) {
  hp.Choice("kind", {"a", "b"});
  const bool deep = hp.Int("depth", 1, 2) > 1;
  if (auto scope = hp.conditional_scope("kind", {std::string(deep ? "b" : "a")})) hp.Int("x", 1, 9);
}

}  // namespace

TEST_CASE("answers stay within the bounds, also of what the space names under other conditions") {
  SearchSpace space = space_of(questions);
  space.narrow("x", "2:3");
  CHECK(count_configurations(space, asker(questions)).all.size() == 1 + 2 + 9 + 1);
  const Ask ask = bounded(asker(questions), {.range = {{"x", "2:3"}}});
  const Counted counted = count_configurations(space, ask);
  CHECK(counted.all.size() == 1 + 2 + 2 + 1);
  AskingSampler sampler(space, 1, counted.all.size(), ask);
  int deep = 0;
  TrialId trial = 0;
  for (; !sampler.exhausted(); ++trial) {
    REQUIRE(trial < 6);
    const Values values = sampler.sample(trial).values;
    if (values.contains("x")) CHECK(contains(IntRange{2, 3}, values.at("x")));
    deep += values.contains("x") && values.at("depth") == Value(std::int64_t{2});
    sampler.started(trial, values);
  }
  CHECK(trial == 6);
  CHECK(deep == 2);
}

TEST_CASE("a value that is set is the answer wherever it is asked for, and what does not fit is left") {
  const Ask ask = bounded(asker(questions), {.set = {{"x", "7"}, {"depth", "2"}}});
  const Values given{{"kind", std::string("b")}};
  for (TrialId trial = 0; trial < 10; ++trial) {
    const auto found = ask(given, {5, trial, 0});
    REQUIRE(found);
    CHECK(found->values ==
          Values{{"kind", std::string("b")}, {"depth", std::int64_t{2}}, {"x", std::int64_t{7}}});
  }
  const auto left = bounded(asker(questions), {.set = {{"x", "70"}}})(given, {});
  REQUIRE(left);
  CHECK(left->values.contains("depth"));
}
