#pragma once

#include <set>

#include "core/space/ask.hpp"

namespace sibyl {

/// The configurations that a job can ask for.
struct Counted {
  std::set<Values> all;   ///< each with what it asks for alone; not used unless they are complete
  bool complete = false;  ///< all were found: their number is finite, and not large
  bool endless = false;   ///< one of them has a continuous value
  bool beyond = false;    ///< one of them has a hyperparameter that the search space does not name
  /// The number, where the search space tells it by itself: every configuration has what the space says.
  bool as_declared(const SearchSpace& space) const {
    return complete && !beyond && space.points() == all.size();
  }
};

/// The most that are found one by one.
constexpr std::size_t max_counted = 2000;

/// Follows the questions from answer to answer: each question has a branch for each of its values, and each
/// leaf is a configuration. It needs about as many questions as there are configurations, never many more
/// than `max_counted`; spaces that are larger, or endless, are given up after a few. The result depends on
/// the answers alone.
Counted count_configurations(const SearchSpace& space, const Ask& ask);

}  // namespace sibyl
