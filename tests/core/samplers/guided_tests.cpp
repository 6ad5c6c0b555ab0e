#include "core/samplers/guided.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"
#include "core/samplers/random.hpp"

using namespace sibyl;

namespace {

struct Told {
  std::vector<std::pair<TrialId, Point>> started;
  std::vector<Evaluation> evaluated;
};

/// Proposes what it is given, and remembers what it is told.
class Scripted : public Proposer {
 public:
  Scripted(std::vector<Candidate> script, Told& told) : script_(std::move(script)), told_(told) {}
  void started(TrialId trial, const Point& point) override { told_.started.emplace_back(trial, point); }
  void evaluated(const Evaluation& evaluation) override { told_.evaluated.push_back(evaluation); }
  std::vector<Candidate> propose(TrialId) const override { return script_; }

 private:
  std::vector<Candidate> script_;
  Told& told_;
};

SearchSpace small() {
  SearchSpace space;
  space.add({"x", IntRange{0, 19}, std::int64_t{0}, {}});
  return space;
}

struct Guided {
  Told told;
  GuidedSampler sampler;

  explicit Guided(std::vector<Candidate> script, SamplerSettings settings = {.seed = 1})
      : sampler("scripted", std::make_unique<RandomSampler>(small(), 1), small(), settings,
                [this, script](const UnitCube&, const Priors&) {
                  return std::make_unique<Scripted>(script, told);
                }) {}

  Sample take(TrialId trial) {
    Sample sample = sampler.sample(trial);
    sampler.started(trial, sample.values);
    return sample;
  }
};

std::int64_t x(const Sample& sample) {
  return std::get<std::int64_t>(sample.values.at("x"));
}

}  // namespace

TEST_CASE("the first trials and one in eight later are Sobol points, which wait for nothing") {
  Guided guided({});
  for (TrialId trial = 0; trial < 40; ++trial)
    CHECK(guided.sampler.learns(trial) == (trial >= 8 && trial % 8 != 0));
  CHECK(guided.take(0).origin.sampler == "sobol");
  const Guided rungs({}, {.seed = 1, .several_budgets = true});
  for (TrialId trial = 8; trial < 40; ++trial) CHECK(rungs.sampler.learns(trial) == (trial % 3 != 0));
}

TEST_CASE("of what is proposed the best that no trial has had is taken, with what is expected of it") {
  Guided guided({{{0.025}, 1, 0.5}, {{0.075}, 2, 0.25, 9}, {{0.125}, 3, 0.125}});
  for (TrialId trial = 0; trial < 8; ++trial)
    guided.sampler.started(trial, {{"x", std::int64_t{trial == 0 ? 0 : 9}}});
  const Sample sample = guided.take(9);
  CHECK(x(sample) == 1);
  CHECK(sample.origin.sampler == "scripted");
  CHECK(sample.origin.expected_mean == 2);
  CHECK(sample.origin.expected_deviation == 0.25);
  CHECK(sample.origin.expected_epoch == 9);
  CHECK(x(guided.take(10)) == 2);
  const Sample left = guided.take(11);  // nothing new is proposed
  CHECK(left.origin.sampler == "random");
  CHECK(x(left) > 2);
}

TEST_CASE("a proposer learns of losses, the less the better, and of failures") {
  Guided guided({{{0.5}, -4, 1}}, {.seed = 1, .objective = {"accuracy", Direction::maximize}});
  guided.sampler.started(0, {{"x", std::int64_t{3}}});
  guided.sampler.observed({.slot = {.trial = 0, .last_epoch = 9}, .score = 0.75});
  guided.sampler.observed({.slot = {.trial = 1, .last_epoch = 3}, .score = 0.75, .failed = true});
  REQUIRE(guided.told.evaluated.size() == 2);
  CHECK(guided.told.evaluated[0].loss == -0.75);
  CHECK(guided.told.evaluated[0].epoch == 9);
  CHECK(std::isnan(guided.told.evaluated[1].loss));
  CHECK(guided.told.started == std::vector<std::pair<TrialId, Point>>{{0, {0.175}}});
  CHECK(guided.sampler.sample(9).origin.expected_mean == 4);  // of the score, not of the loss
}

TEST_CASE("a guided sampler tries a small space once, and says when it is used up") {
  Guided guided(std::vector<Candidate>{{{0.025}}});
  std::set<std::int64_t> tried;
  for (TrialId trial = 0; !guided.sampler.exhausted(); ++trial) {
    REQUIRE(trial < 20);
    tried.insert(x(guided.take(trial)));
  }
  CHECK(tried.size() == 20);
}

TEST_CASE("what other sweeps have shown is told first, as trials before this sweep's") {
  const SamplerSettings settings{.seed = 1,
                                 .objective = {"accuracy", Direction::maximize},
                                 .earlier = {{{{"x", std::int64_t{3}}}, {{1, 0.5}, {9, 0.75}}},
                                             {{{"x", std::int64_t{4}}}, {{1, 0.25}}}}};
  Guided guided({}, settings);
  CHECK(guided.told.started == std::vector<std::pair<TrialId, Point>>{{-2, {0.175}}, {-1, {0.225}}});
  REQUIRE(guided.told.evaluated.size() == 3);
  CHECK(guided.told.evaluated[1].trial == -2);
  CHECK(guided.told.evaluated[1].epoch == 9);
  CHECK(guided.told.evaluated[1].loss == -0.75);
  CHECK_FALSE(guided.sampler.learns(5));
  CHECK(guided.sampler.learns(6));  // two of the eight first ones were there before
}
