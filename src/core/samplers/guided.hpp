#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/samplers/prior.hpp"
#include "core/samplers/proposer.hpp"
#include "core/samplers/registry.hpp"
#include "core/samplers/sobol.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// So many trials at the beginning show a model of that many dimensions something.
std::size_t first_points(std::size_t dimensions);

/// Trials that a proposer chooses, and some that it does not: those are Sobol points, which depend on no
/// result and wait for none. They are the first ones, and one in so many of the others, so that no model,
/// however wrong, keeps a part of the space from being tried. With priors every second of the first is spread
/// as these say. What other sweeps have shown the proposer is told before the first trial, and so many fewer
/// are Sobol points.
class GuidedSampler : public OverRandom {
 public:
  using MakeProposer = std::function<std::unique_ptr<Proposer>(const UnitCube& cube, const Priors& priors)>;
  /// `name`: of the proposer, for the record. `sobol_one_in`: where all trials have one budget.
  GuidedSampler(std::string name, std::unique_ptr<RandomSearch> random, const SearchSpace& space,
                const SamplerSettings& settings, const MakeProposer& make, TrialId sobol_one_in = 8);

  bool learns(TrialId trial) const override;
  void started(TrialId trial, const Values& values) override;
  void observed(const Observation& observation) override;

 private:
  Sample choose(TrialId trial) const override;
  void learn_from(const std::vector<EarlierTrial>& earlier);
  double loss(double score) const { return maximize_ ? -score : score; }

  std::string name_;
  UnitCube cube_;
  SobolSequence sobol_;
  Priors priors_;
  std::unique_ptr<Proposer> proposer_;  ///< none in a rehearsal; it refers to the cube
  bool maximize_;
  TrialId first_ = 0;   ///< so many at the beginning are Sobol points
  TrialId one_in_ = 8;  ///< and one in so many later
};

}  // namespace sibyl
