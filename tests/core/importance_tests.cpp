#include "core/importance.hpp"

#include <cmath>

#include "catch.hpp"

using namespace sibyl;

namespace {

const Objective loss{"loss", Direction::minimize};

SearchSpace space() {
  SearchSpace space;
  space.add({"rate", FloatRange{1e-4, 1, 0, Sampling::log}, 0.01, {}});
  space.add({"kind", Choices{{std::string("a"), std::string("b")}, false}, std::string("a"), {}});
  space.add({"only_b", IntRange{1, 100, 1}, std::int64_t{1}, {{"kind", {std::string("b")}}}});
  space.add({"fixed", Choices{{std::int64_t{3}}, false}, std::int64_t{3}, {}});
  return space;
}

/// Trials whose score is what `score` makes of their values.
std::vector<Trial> trials(int count, const std::function<double(const Values&)>& score) {
  std::vector<Trial> all;
  for (TrialId id = 0; id < count; ++id) {
    Trial trial;
    trial.slot.trial = id;
    trial.hyperparameters = draw(space(), 1, id);
    trial.score = score(trial.hyperparameters);
    trial.executions = {{.epochs = 1}};
    all.push_back(trial);
  }
  return all;
}

double rate(const Values& values) {
  return std::get<double>(values.at("rate"));
}

double share(const std::vector<Importance>& found, const std::string& name) {
  for (const Importance& each : found)
    if (each.hyperparameter == name) return each.share;
  return 0;
}

}  // namespace

TEST_CASE("what decides the score alone has nearly all of the importance") {
  const auto by_rate = importances(
      space(), trials(500, [](const Values& values) { return std::abs(std::log10(rate(values)) + 2); }), {},
      loss);
  REQUIRE(by_rate.size() == 3);  // not of the fixed one
  CHECK(by_rate[0].hyperparameter == "rate");
  CHECK(by_rate[0].share > 0.9);
  CHECK(by_rate[0].share + by_rate[1].share + by_rate[2].share == Approx(1));
  const auto by_kind =
      importances(space(),
                  trials(500,
                         [](const Values& values) {
                           return (values.at("kind") == Value(std::string("b")) ? 0 : 1) + 0.1 * rate(values);
                         }),
                  {}, loss);
  CHECK(share(by_kind, "kind") > share(by_kind, "only_b") - 1e-9);  // where the one is, the other is, too
  CHECK(share(by_kind, "kind") + share(by_kind, "only_b") > 0.1);
}

TEST_CASE("more may be better, and a score that no number is counts for nothing") {
  auto all = trials(300, [](const Values& values) { return rate(values); });
  for (TrialId id = 0; id < 100; ++id) all[id].score = std::nan("");
  const auto found = importances(space(), all, {}, {"accuracy", Direction::maximize});
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].hyperparameter == "rate");
}

TEST_CASE("trials are compared with those of their own rung only") {
  // By rate at epoch 9, where all scores are better than any of epoch 1; by nothing at epoch 1.
  auto all = trials(400, [](const Values&) { return 1.0; });
  std::vector<RungResult> rungs;
  for (TrialId id = 0; id < 400; ++id) {
    RungResult result;
    result.slot.trial = id;
    result.slot.last_epoch = 9;
    result.score = rate(all[id].hyperparameters) / 100;
    rungs.push_back(result);
    if (rate(all[id].hyperparameters) < 0.001) continue;
    result.slot.last_epoch = 1;
    result.score = 10 + static_cast<double>(id % 7);
    rungs.push_back(result);
  }
  const auto found = importances(space(), all, rungs, loss);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].hyperparameter == "rate");
}

TEST_CASE("nothing is said of few trials, of equal scores, and of a space with nothing to choose") {
  const auto by_rate = [](const Values& values) { return rate(values); };
  CHECK(importances(space(), trials(7, by_rate), {}, loss).empty());
  CHECK(importances(space(), trials(50, [](const Values&) { return 0.5; }), {}, loss).empty());
  CHECK(importances(SearchSpace(), trials(50, by_rate), {}, loss).empty());
}
