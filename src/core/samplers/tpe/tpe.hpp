#pragma once

#include "core/samplers/prior.hpp"
#include "core/samplers/proposer.hpp"
#include "core/samplers/tpe/history.hpp"

namespace sibyl {

struct TpeOptions {
  int min_results = 10;  ///< with fewer it proposes nothing
  int draws = 128;       ///< points that are compared for a trial
  double good_share = 0.1;
  int max_good = 25;
  int max_recent = 2000;  ///< of the trials that are not good, see History::others
};

/// Tree-structured Parzen estimators (Bergstra et al. 2011), joint over all hyperparameters as in Optuna 5:
/// two densities are fitted, to the good trials and to the others, points are drawn from the first, and they
/// are the better the more likely they are in the first than in the second. Pending and failed trials are
/// among the others. Of trials with several epochs behind them, those that came farthest are the good ones.
/// With priors some of the points are drawn as they say, and the good density is weighed by theirs.
class Tpe : public Proposer {
 public:
  Tpe(const UnitCube& cube, std::uint64_t seed, TpeOptions options = {}, Priors priors = {});

  void started(TrialId trial, const Point& point) override { history_.started(trial, point); }
  void evaluated(const Evaluation& evaluation) override { history_.evaluated(evaluation); }
  std::vector<Candidate> propose(TrialId trial) const override;

 private:
  std::vector<Point> choose_from(TrialId trial, const tpe::Parzen& good, const tpe::Group& best) const;

  UnitCube cube_;
  std::uint64_t seed_;
  Priors priors_;
  TpeOptions options_;
  tpe::History history_;
};

}  // namespace sibyl
