// What people and other sweeps know, in the samplers that learn.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "core/samplers/random.hpp"
#include "core/samplers/registry.hpp"

using namespace sibyl;

namespace {

SearchSpace plane() {
  SearchSpace space;
  for (const char* name : {"a", "b", "c"}) space.add({name, FloatRange{0, 1}, 0.5, {}});
  return space;
}

// The least is 0, at (.23, .77, .4).
double loss(const Values& values) {
  const double a = std::get<double>(values.at("a")) - .23, b = std::get<double>(values.at("b")) - .77,
               c = std::get<double>(values.at("c")) - .4;
  return a * a + b * b + c * c;
}

struct Run {
  std::vector<std::string> samplers;
  double best = 1e9;
};

Run run(const std::string& name, SamplerSettings settings, TrialId trials,
        const SearchSpace& space = plane()) {
  settings.objective = {"score", Direction::maximize};
  const auto sampler =
      sampler_kind(name).make(std::make_unique<RandomSampler>(space, settings.seed), space, settings);
  Run run;
  for (TrialId trial = 0; trial < trials; ++trial) {
    const Sample sample = sampler->sample(trial);
    run.samplers.push_back(sample.origin.sampler);
    sampler->started(trial, sample.values);
    run.best = std::min(run.best, loss(sample.values));
    sampler->observed({.slot = {.trial = trial, .last_epoch = 3}, .score = -loss(sample.values)});
  }
  return run;
}

double median_best(const std::string& name, SamplerSettings settings, TrialId trials) {
  std::vector<double> all;
  for (settings.seed = 0; settings.seed < 7; ++settings.seed) all.push_back(run(name, settings, trials).best);
  std::sort(all.begin(), all.end());
  return all[3];
}

std::vector<EarlierTrial> earlier(int count) {
  std::vector<EarlierTrial> all;
  for (int i = 0; i < count; ++i) {
    Values values = draw(plane(), 99, i);
    const double score = -loss(values);
    all.push_back({std::move(values), {{1, score - .1}, {3, score}}});
  }
  return all;
}

}  // namespace

TEST_CASE("another sweep's trials stand in for the first ones, and make the next ones better") {
  for (const std::string name : {"tpe", "gp"}) {
    INFO(name);
    const SamplerSettings warm{.earlier = earlier(40)};
    const Run few = run(name, warm, 6);
    CHECK(few.samplers == std::vector<std::string>{"sobol", name, name, name, name, name});
    CHECK(median_best(name, warm, 6) < median_best(name, {}, 6) / 4);
    CHECK(run(name, warm, 20).best == run(name, warm, 20).best);
    CHECK(run(name, {.earlier = earlier(3)}, 6).samplers ==
          std::vector<std::string>{"sobol", "sobol", "sobol", "sobol", "sobol",
                                   name == "gp" ? "gp" : "random"});
  }
}

TEST_CASE("what another sweep has tried is not tried in this one") {
  SearchSpace space;
  space.add({"x", IntRange{1, 12}, std::int64_t{1}, {}});
  for (const std::string name : {"tpe", "gp"}) {
    SamplerSettings settings{.objective = {"loss", Direction::minimize}};
    for (std::int64_t x = 1; x <= 12; ++x) settings.earlier.push_back({{{"x", x}}, {{1, double(x)}}});
    const auto sampler = sampler_kind(name).make(std::make_unique<RandomSampler>(space, 0), space, settings);
    std::set<Value> tried;
    for (TrialId trial = 0; !sampler->exhausted(); ++trial) {
      REQUIRE(trial < 12);
      const Sample sample = sampler->sample(trial);
      tried.insert(sample.values.at("x"));
      if (trial == 1) CHECK(std::get<std::int64_t>(sample.values.at("x")) < 5);
      sampler->started(trial, sample.values);
      sampler->observed({.slot = {.trial = trial, .last_epoch = 1},
                         .score = static_cast<double>(std::get<std::int64_t>(sample.values.at("x")))});
    }
    CHECK(tried.size() == 12);
  }
}

TEST_CASE("a prior that is right helps at once, and one that is wrong is overcome") {
  for (const std::string name : {"tpe", "gp"}) {
    INFO(name);
    const SamplerSettings right{.priors = {{"a", "0.25"}, {"b", "0.75"}, {"c", "0.4"}}};
    const SamplerSettings wrong{.priors = {{"a", "0.95"}, {"b", "0.05:high"}, {"c", "0.4:low"}}};
    CHECK(median_best(name, right, 15) < median_best(name, {}, 15) / 2);
    CHECK(median_best(name, wrong, 15) > median_best(name, right, 15));
    CHECK(median_best(name, wrong, name == "gp" ? 50 : 200) < 0.01);
    CHECK(run(name, right, 20).best == run(name, right, 20).best);
  }
}
