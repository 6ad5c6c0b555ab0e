#pragma once

#include <compare>
#include <limits>
#include <string>
#include <string_view>

#include "sibyl/trial.hpp"

namespace sibyl {

enum class Direction : std::uint8_t { minimize, maximize };
std::string_view to_string(Direction direction);

/// What a sweep improves: a metric of the training history and whether less or more of it is better.
struct Objective {
  std::string metric;
  Direction direction = Direction::minimize;

  /// "val_accuracy", "val_loss:min", "reward:max". Without a direction it is inferred from a known name (with
  /// or without "val_"); throws UsageError for a name it does not know, as of that option.
  static Objective parse(std::string_view text, const std::string& option = "--objective");

  /// Is a better than b? NaN and infinities are better than nothing and worse than any number.
  bool better(double a, double b) const;
  bool operator==(const Objective&) const = default;
};

/// "reward:max", as `parse` takes it.
std::string to_text(const Objective& objective);

/// A trial's place among others: better score first, ties by trial id, no score (NaN) last.
struct Ranked {
  double score = std::numeric_limits<double>::quiet_NaN();
  TrialId trial = 0;
};

/// Orders the best first.
struct BestFirst {
  Objective objective;
  bool operator()(const Ranked& a, const Ranked& b) const {
    if (objective.better(a.score, b.score)) return true;
    if (objective.better(b.score, a.score)) return false;
    return a.trial < b.trial;
  }
};

/// The epoch with the best objective; of several executions, in the best-scoring one; 0 if there is none.
int best_epoch(const Trial& trial, const Objective& objective);

}  // namespace sibyl
