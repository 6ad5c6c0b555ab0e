#pragma once

#include <limits>
#include <string>

#include "sibyl/job.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

/// Says when an execution no longer gets better, and which of its epochs is the best. A value: it trains
/// nothing, keeps no weights and can be saved.
class EarlyStopping {
 public:
  struct Options {
    Objective monitor;
    int patience = 0;          ///< epochs without improvement after which to stop; 0: never
    double min_delta = 0;      ///< a smaller change is no improvement
    int start_from_epoch = 0;  ///< so many epochs at the beginning don't count
  };
  struct State {
    double best = std::numeric_limits<double>::quiet_NaN();
    int best_epoch = 0;  ///< 0: none yet
    int waited = 0;      ///< epochs since
    bool operator==(const State&) const = default;
  };

  explicit EarlyStopping(Options options);

  /// Learns the monitored metric after an epoch. Is it the best so far?
  bool improved(int epoch, double value);
  bool should_stop() const { return options_.patience > 0 && state_.waited >= options_.patience; }
  /// "val_loss has not improved for 3 epochs"
  std::string reason() const;

  const State& state() const { return state_; }
  void restore(State state) { state_ = state; }

 private:
  Options options_;
  State state_;
};

/// As a trainer is told.
EarlyStopping::Options early_stopping(const TrainerOptions& options);

}  // namespace sibyl
