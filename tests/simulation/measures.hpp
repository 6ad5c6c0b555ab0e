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
  struct Known {
    Slot slot = {};  ///< the latest
    int epochs = 0;
    double best = std::numeric_limits<double>::quiet_NaN();
    double seconds = 0;
  };
  struct Through {
    std::vector<Ranked> trials;  ///< all that came through the rung, decided on or not
    std::vector<TrialId> promoted;
  };
  void learn(double time, const EpochReported& report);
  void learn(const TrialEnded& ended);
  Through& rung(const Slot& slot) { return rungs_[{slot.iteration, slot.bracket, slot.rung}]; }

  double least_;
  double best_ = std::numeric_limits<double>::infinity();
  std::int64_t epochs_ = 0;
  std::map<TrialId, Known> trials_;
  std::map<std::tuple<int, int, int>, Through> rungs_;  ///< by iteration, bracket, rung
  std::vector<NewBest> new_bests_;
};

}  // namespace sibyl::simulation
