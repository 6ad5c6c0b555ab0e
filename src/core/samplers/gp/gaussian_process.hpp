#pragma once

#include <memory>

#include "core/samplers/prior.hpp"
#include "core/samplers/proposer.hpp"

namespace sibyl {

struct GpOptions {
  std::size_t max_points = 512;  ///< of the model; more results than that are represented by some of them
};

/// Bayesian optimisation: a Gaussian process says what to expect everywhere, and the next trial is where the
/// largest improvement is expected. It has nothing to propose before four results.
///
/// How far a result reaches in each dimension, how much is noise, and how much results at different budgets
/// have in common is fitted to the data when there are 4, 6, ..., 50, 55, 61, ... results, always from the
/// beginning: a model is a function of the results, and not of when it was asked for.
class GaussianProcess : public Proposer {
 public:
  /// The cube must outlive it.
  GaussianProcess(const UnitCube& cube, std::uint64_t seed, GpOptions options = {},
                  const Priors& priors = {});
  ~GaussianProcess() override;

  void started(TrialId trial, const Point& point) override;
  void evaluated(const Evaluation& evaluation) override;
  std::vector<Candidate> propose(TrialId trial) const override;

 private:
  class Model;
  std::unique_ptr<Model> model_;
};

}  // namespace sibyl
