#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "core/oracle/simulation.hpp"

namespace sibyl::simulation {

/// The best score so far came closer to the best there is.
struct NewBest {
  std::int64_t epochs = 0;  ///< that all trials had trained by then
  double seconds = 0;
  double regret = 0;
};

/// Looks on while a sweep is simulated.
class Measures {
 public:
  /// `least`: the best there is, of an objective that is minimized.
  explicit Measures(double least) : least_(least) {}
  void watch(double time, const Event& event, const Consequences& consequences);

  const std::vector<NewBest>& new_bests() const { return new_bests_; }
  double regret() const;
  std::int64_t promotions() const;
  /// Those that would not be, were the trials of a rung ranked when all that ever came through it are.
  std::int64_t wrong_promotions() const;
  /// The time of the trial that took longest: no number of workers makes a sweep shorter.
  double longest_trial() const;

 private:
  using Rung = std::tuple<int, int, int>;  ///< iteration, bracket, rung
  struct Through {
    std::vector<Ranked> trials;
    std::vector<TrialId> promoted;
  };
  void learn(double time, const EpochReported& report);

  double least_;
  double best_ = std::numeric_limits<double>::infinity();
  std::int64_t epochs_ = 0;
  std::map<TrialId, int> trained_;
  std::map<TrialId, double> seconds_;
  std::map<Rung, Through> rungs_;
  std::vector<NewBest> new_bests_;
};

}  // namespace sibyl::simulation
