#include "bench/samplers/proposers.hpp"

#include <algorithm>

#include "core/samplers/gp/gaussian_process.hpp"
#include "core/samplers/sobol.hpp"
#include "core/samplers/tpe/tpe.hpp"

namespace sibyl::bench {

namespace {

// A sampler that learns, as a sweep has it: the first trials, and every eighth, are Sobol points.
template <class Learner>
class WithSobol : public Proposer {
 public:
  WithSobol(const UnitCube& cube, std::uint64_t seed)
      : cube_(cube), sobol_(cube.dimensions().size(), seed), learner_(cube, seed) {}
  void started(TrialId trial, const Point& point) override { learner_.started(trial, point); }
  void evaluated(const Evaluation& evaluation) override { learner_.evaluated(evaluation); }
  std::vector<Candidate> propose(TrialId trial) const override {
    const auto first = std::max<TrialId>(8, 2 * static_cast<TrialId>(cube_.dimensions().size()));
    if (trial >= first && trial % 8 != 7) return learner_.propose(trial);
    return {{cube_.snapped(sobol_.at(static_cast<std::uint64_t>(trial)))}};
  }

 private:
  const UnitCube& cube_;
  SobolSequence sobol_;
  Learner learner_;
};

template <class Learner>
std::unique_ptr<Proposer> with_sobol(const UnitCube& cube, std::uint64_t seed) {
  return std::make_unique<WithSobol<Learner>>(cube, seed);
}

}  // namespace

const std::vector<ProposerKind>& proposer_kinds() {
  static const std::vector<ProposerKind> all = {
      {"random", [](const UnitCube&, std::uint64_t) { return std::unique_ptr<Proposer>(); }},
      {"gp", with_sobol<GaussianProcess>},
      {"tpe_sobol", with_sobol<Tpe>},
      {"tpe",
       [](const UnitCube& cube, std::uint64_t seed) -> std::unique_ptr<Proposer> {
         return std::make_unique<Tpe>(cube, seed);
       }},
  };
  return all;
}

}  // namespace sibyl::bench
