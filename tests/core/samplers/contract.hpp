// What every sampler has to hold, whoever wrote it.
#pragma once

#include <set>

#include "catch.hpp"
#include "core/samplers/random.hpp"
#include "core/samplers/registry.hpp"

namespace sibyl {

class SamplerContract {
 public:
  explicit SamplerContract(SamplerKind kind) : kind_(std::move(kind)) {}

  void check() const {
    draws_what_the_space_allows();
    asks_without_writing();
    follows_the_seed_and_what_it_was_told();
    tries_a_small_space_once();
  }

 private:
  std::unique_ptr<Sampler> make(const SearchSpace& space, std::uint64_t seed) const {
    const SamplerSettings settings{
        .seed = seed, .objective = {"loss", Direction::minimize}, .grid_points = 12};
    const SearchSpace searched = kind_.exhausts ? kind_.exhausts(space, settings) : space;
    return kind_.make(std::make_unique<RandomSampler>(searched, seed), space, settings);
  }
  static SearchSpace mixed() {
    SearchSpace space;
    space.add({"rate", FloatRange{1e-4, 1e-2, 0, Sampling::log}, 1e-3, {}});
    space.add({"width", IntRange{16, 256, 16}, std::int64_t{16}, {}});
    space.add({"optimizer", Choices{{std::string("sgd"), std::string("adam")}}, std::string("sgd"), {}});
    space.add({"momentum", FloatRange{0, 1}, 0.0, {{"optimizer", {std::string("sgd")}}}});
    return space;
  }
  std::vector<Values> draws(Sampler& sampler, TrialId trials) const {
    std::vector<Values> all;
    for (TrialId trial = 0; trial < trials; ++trial) {
      all.push_back(sampler.sample(trial).values);
      sampler.started(trial, all.back());
      const bool failed = trial % 7 == 0;
      sampler.observed({.slot = {.trial = trial, .last_epoch = 3},
                        .hyperparameters = all.back(),
                        .score = failed ? std::numeric_limits<double>::quiet_NaN()
                                        : 1.0 / (1.0 + static_cast<double>(trial)),
                        .failed = failed});
    }
    return all;
  }

  void draws_what_the_space_allows() const {
    const SearchSpace space = mixed();
    const auto sampler = make(space, 1);
    for (const Values& values : draws(*sampler, 200)) {
      for (const Hyperparameter& each : space.hyperparameters()) {
        const auto found = values.find(each.name);
        if (found != values.end()) CHECK(contains(each.domain, found->second));
      }
      const bool sgd = values.at("optimizer") == Value(std::string("sgd"));
      CHECK(values.contains("momentum") == sgd);
    }
  }
  void asks_without_writing() const {
    const auto sampler = make(mixed(), 1);
    CHECK(sampler->sample(0).values == sampler->sample(0).values);
  }
  void follows_the_seed_and_what_it_was_told() const {
    const auto a = make(mixed(), 1), b = make(mixed(), 1), c = make(mixed(), 2);
    const auto first = draws(*a, 30);
    CHECK(draws(*b, 30) == first);
    CHECK((draws(*c, 30) == first) == (kind_.exhausts != nullptr));  // all that there is, in one order
  }
  void tries_a_small_space_once() const {
    SearchSpace space;
    space.add({"x", IntRange{1, 12}, std::int64_t{1}, {}});
    const auto sampler = make(space, 1);
    std::set<Value> tried;
    TrialId trial = 0;
    for (; !sampler->exhausted() && trial < 100; ++trial) {
      const Values values = sampler->sample(trial).values;
      tried.insert(values.at("x"));
      sampler->started(trial, values);
    }
    CHECK(tried.size() == 12);
    CHECK(trial == 12);
  }

  SamplerKind kind_;
};

}  // namespace sibyl
