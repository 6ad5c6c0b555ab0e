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
    chooses_what_has_one_value();
    goes_on_whatever_the_scores_are();
    goes_on_with_what_workers_found();
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
  // A failed trial has no score. `found`: by the worker, so that the sampler did not choose it.
  static std::vector<Values> draws(
      Sampler& sampler, TrialId trials,
      double (*score)(TrialId) = [](TrialId trial) { return 1.0 / (1.0 + static_cast<double>(trial)); },
      const Values& found = {}) {
    std::vector<Values> all;
    for (TrialId trial = 0; trial < trials && !sampler.exhausted(); ++trial) {
      all.push_back(sampler.sample(trial).values);
      all.back().update(found);
      sampler.started(trial, all.back());
      const bool failed = trial % 7 == 0;
      sampler.observed({.slot = {.trial = trial, .last_epoch = 3},
                        .hyperparameters = all.back(),
                        .score = failed ? std::numeric_limits<double>::quiet_NaN() : score(trial),
                        .failed = failed});
    }
    return all;
  }
  static void check_allowed(const SearchSpace& space, const std::vector<Values>& drawn) {
    for (const Values& values : drawn) {
      for (const Hyperparameter& each : space.hyperparameters()) {
        const auto found = values.find(each.name);
        if (found != values.end()) CHECK(contains(each.domain, found->second));
      }
      const bool sgd = values.at("optimizer") == Value(std::string("sgd"));
      CHECK(values.contains("momentum") == sgd);
    }
  }

  void draws_what_the_space_allows() const {
    const auto sampler = make(mixed(), 1);
    const auto drawn = draws(*sampler, 200);
    CHECK(drawn.size() == 200);
    check_allowed(mixed(), drawn);
  }
  void chooses_what_has_one_value() const {
    SearchSpace space = mixed();
    space.add({"layers", IntRange{5, 5}, std::int64_t{5}, {}});
    space.add({"kind", Choices{{std::string("only")}}, std::string("only"), {}});
    const auto sampler = make(space, 1);
    for (const Values& values : draws(*sampler, 40)) {
      CHECK(values.at("layers") == Value(std::int64_t{5}));
      CHECK(values.at("kind") == Value(std::string("only")));
    }
  }
  void goes_on_whatever_the_scores_are() const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double (*score)(TrialId) : {
             +[](TrialId) { return 0.25; },
             +[](TrialId) { return infinity; },
             +[](TrialId) { return -infinity; },
             +[](TrialId) { return std::numeric_limits<double>::quiet_NaN(); },
             +[](TrialId trial) { return trial % 3 == 0 ? infinity : static_cast<double>(trial); },
             +[](TrialId trial) { return trial % 2 == 0 ? 1e308 : -1e308; },
         }) {
      const auto sampler = make(mixed(), 1);
      const auto drawn = draws(*sampler, 40, score);
      CHECK(drawn.size() == 40);
      check_allowed(mixed(), drawn);
    }
  }
  void goes_on_with_what_workers_found() const {
    const auto sampler = make(mixed(), 1);
    const auto drawn =
        draws(*sampler, 40, [](TrialId trial) { return static_cast<double>(trial); }, {{"found", 0.5}});
    CHECK(drawn.size() == 40);
    check_allowed(mixed(), drawn);
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
