// What tests of learning in some order have in common: a sampler that shows the least difference in it.
#pragma once

#include <cmath>
#include <vector>

#include "core/oracle/simulation.hpp"
#include "core/told_oracle.hpp"
#include "sibyl/random.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// Its values depend on everything that it was told, starts and results in one order: the least difference
/// shows, and so does what is told after values could be chosen and before they are used.
class Rememberer : public Sampler {
 public:
  Sample sample(TrialId trial) const override {
    if (!learns(trial)) return {{{"x", RandomStream(1, trial, "free").uniform()}}, {"free"}};
    return {{{"x", RandomStream(told_, trial).uniform()}}, {"told"}};
  }
  bool learns(TrialId trial) const override { return trial >= 4 && trial % 8 != 0; }
  void started(TrialId trial, const Values& values) override {
    told_ = RandomStream::key(told_, "started", trial, to_string(values.at("x")));
  }
  void found(const HyperparametersFound& found) override {
    told_ = RandomStream::key(told_, "found", found.trial);
  }
  void observed(const Observation& observation) override {
    told_ = RandomStream::key(told_, "observed", observation.slot.trial,
                              std::int64_t{observation.slot.last_epoch},
                              to_string(Value(observation.failed ? -1.0 : observation.score)));
  }

 private:
  std::uint64_t told_ = 0;
};

// The score depends on the values: who is promoted does, too.
inline SimulatedTraining training(const Oracle& oracle, std::uint64_t order, double failures) {
  SimulatedTraining training;
  training.seconds = [=](TrialId trial, int epoch) {
    return std::exp(RandomStream(order, trial, "speed").normal()) *
           (0.5 + RandomStream(order, trial, epoch).uniform());
  };
  training.score = [&oracle](TrialId trial, int epoch) {
    return std::get<double>(oracle.trials()[trial].hyperparameters.at("x")) + 1.0 / epoch;
  };
  training.fails = [=](TrialId trial, int epoch) {
    return RandomStream(5, trial, epoch).uniform() < failures;
  };
  return training;
}

inline std::vector<Values> values(const Oracle& oracle) {
  std::vector<Values> values;
  for (const Trial& trial : oracle.trials()) values.push_back(trial.hyperparameters);
  return values;
}

}  // namespace sibyl
