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
                     ": it is how much better the objective has to be; 0 counts every improvement.");
  }
}

bool EarlyStopping::improved(int epoch, double value) {
  const bool less_is_better = options_.objective.direction == Direction::minimize;
  const double handicapped = less_is_better ? value + options_.min_delta : value - options_.min_delta;
  if (options_.objective.better(handicapped, state_.best)) {  // any number is better than NaN, the start
    state_ = {.best = value, .best_epoch = epoch, .waited = 0};
    return true;
  }
  ++state_.waited;
  return false;
}

std::string EarlyStopping::reason() const {
  return options_.objective.metric + " has not improved for " + quantity(state_.waited, "epoch");
}

}  // namespace sibyl
