#include "core/samplers/registry.hpp"

#include "catch.hpp"
#include "core/samplers/around_the_best.hpp"
#include "core/samplers/contract.hpp"
#include "core/samplers/random.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;

namespace {

/// What somebody would add: the defaults first, then random values.
class DefaultsFirst : public Sampler {
 public:
  DefaultsFirst(std::unique_ptr<RandomSearch> random, const SearchSpace& space)
      : space_(space), random_(std::move(random)) {}
  Sample sample(TrialId trial) const override {
    if (trial > 0) return random_->sample(trial);
    Values values;
    for (const Hyperparameter& each : space_.hyperparameters())
      if (holds(each.conditions, values)) values[each.name] = each.default_value;
    return {values, {"defaults"}};
  }
  void started(TrialId trial, const Values& values) override { random_->started(trial, values); }
  bool exhausted() const override { return random_->exhausted(); }

 private:
  SearchSpace space_;
  std::unique_ptr<RandomSearch> random_;
};

SamplerKind defaults_first() {
  return {"defaults", "the defaults first",
          [](std::unique_ptr<RandomSearch> random, const SearchSpace& space,
             const SamplerSettings&) -> std::unique_ptr<Sampler> {
            return std::make_unique<DefaultsFirst>(std::move(random), space);
          }};
}

}  // namespace

TEST_CASE("every sampler of the registry holds the contract, and says what it is") {
  for (const SamplerKind& kind : sampler_kinds()) {
    INFO(kind.name);
    SamplerContract(kind).check();
    CHECK_FALSE(kind.help.empty());
    CHECK(&sampler_kind(kind.name) == &kind);
  }
}

TEST_CASE("a sampler that somebody adds is held to the same contract") {
  SamplerContract(defaults_first()).check();
  SamplerContract(around_the_best()).check();
}

TEST_CASE("a sampler of one's own has a name of its own") {
  for (const char* name : {"random", "auto", ""}) {
    SamplerKind kind = around_the_best();
    kind.name = name;
    CHECK_THROWS_WITH(add_sampler(kind),
                      ContainsSubstring("can't have the name '" + std::string(name) + "'"));
  }
}

TEST_CASE("a sampler of a newer version is no other one") {
  CHECK_THROWS_WITH(sampler_kind("gp2"),
                    "this version of Sibyl knows no sampler 'gp2', but random, sobol, grid, tpe, gp");
}
