#pragma once

#include <unordered_set>
#include <vector>

#include "core/samplers/tpe/history.hpp"

namespace sibyl::tpe {

/// Points, each once, at which no trial has been.
class Untried {
 public:
  Untried(const UnitCube& cube, const History& history) : cube_(cube), history_(history) {}

  /// Snapped. What is not new is left out.
  void add(const Point& point);
  /// Those that differ from it in one dimension: by a step, or in its category.
  void add_neighbours(const Point& point);
  void add_random(RandomStream& random);
  /// Every configuration of a discrete space, if it is not a large one.
  void add_all();

  const std::vector<Point>& points() const { return points_; }

 private:
  const UnitCube& cube_;
  const History& history_;
  std::vector<Point> points_;
  std::unordered_set<std::uint64_t> added_;
};

}  // namespace sibyl::tpe
