// A sampler that is not Sibyl's own, of what a job may include alone. It is README.md's example.
#pragma once

#include <sibyl/sampler.hpp>

// Every second trial is near the best one so far.
struct AroundTheBest : sibyl::OverRandom {
  AroundTheBest(std::unique_ptr<sibyl::RandomSearch> random, const sibyl::SearchSpace& space,
                const sibyl::SamplerSettings& settings)
      : OverRandom(std::move(random)), space(space), settings(settings) {}

  // These wait for results, the others don't.
  bool learns(sibyl::TrialId trial) const override { return trial % 2 == 1; }

  void observed(const sibyl::Observation& seen) override {
    OverRandom::observed(seen);
    if (seen.failed || !(best.empty() || settings.objective.better(seen.score, score))) return;
    best = seen.hyperparameters;
    score = seen.score;
  }

  sibyl::Sample choose(sibyl::TrialId trial) const override {
    if (!learns(trial) || best.empty()) return random().sample(trial);
    sibyl::Values values;
    for (const sibyl::Hyperparameter& each : space.hyperparameters()) {
      if (values.contains(each.name) || !holds(each.conditions, values)) continue;
      sibyl::RandomStream stream(settings.seed, trial, each.name);
      const double step = 0.2 * (stream.uniform() - 0.5);
      values[each.name] = best.contains(each.name)
                              ? quantile(each.domain, quantile_of(each.domain, best.at(each.name)) + step)
                              : draw(each.domain, stream);
    }
    if (auto untried = random().if_untried(values, trial)) return {*untried, {"around"}};
    return random().sample(trial);
  }

  sibyl::SearchSpace space;
  sibyl::SamplerSettings settings;
  sibyl::Values best;
  double score = 0;
};

inline sibyl::SamplerKind around_the_best() {
  return {.name = "around",
          .help = "near the best trial so far",
          .make = sibyl::make_sampler<AroundTheBest>,
          .learns = true};
}
