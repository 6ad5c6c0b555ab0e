#include "core/training/early_stopping.hpp"

#include <cmath>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

EarlyStopping::EarlyStopping(Options options) : options_(std::move(options)) {
  if (options_.patience < 0) {
    throw UsageError("--patience " + std::to_string(options_.patience) +
                     ": it is a number of epochs; 0 turns early stopping off.");
  }
  if (!(options_.min_delta >= 0 && std::isfinite(options_.min_delta))) {
    throw UsageError("--min-delta " + std::to_string(options_.min_delta) +
                     ": it is how much better the metric has to be; 0 counts every improvement.");
  }
  if (options_.start_from_epoch < 0) {
    throw UsageError("--start-from-epoch " + std::to_string(options_.start_from_epoch) +
                     ": it is a number of epochs; 0 counts all of them.");
  }
}

bool EarlyStopping::improved(int epoch, double value) {
  if (epoch <= options_.start_from_epoch) return false;
  const bool less_is_better = options_.monitor.direction == Direction::minimize;
  const double handicapped = less_is_better ? value + options_.min_delta : value - options_.min_delta;
  if (options_.monitor.better(handicapped, state_.best)) {  // any number is better than NaN, the start
    state_ = {.best = value, .best_epoch = epoch, .waited = 0};
    return true;
  }
  ++state_.waited;
  return false;
}

std::string EarlyStopping::reason() const {
  return options_.monitor.metric + " has not improved for " + quantity(state_.waited, "epoch");
}

EarlyStopping::Options early_stopping(const TrainerOptions& options) {
  return {.monitor = options.monitored(),
          .patience = options.patience,
          .min_delta = options.min_delta,
          .start_from_epoch = options.start_from_epoch};
}

}  // namespace sibyl
