#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/space/unit_cube.hpp"

namespace sibyl {

/// What people expect of hyperparameters (`--prior NAME=VALUE[:STRENGTH]`): that good values are near one.
/// As in piBO (Hvarfner et al. 2022) what a model thinks of a point is weighed by the prior's density there,
/// to the power of strength / n, with n results: at first the prior leads, and later the results do.
///
/// The density is that of a normal distribution round the value, with a deviation of a fifth of the range as
/// its sampling spreads it; of categories all stand on the one. A tenth is uniform, so that nothing is ruled
/// out.
class Priors {
 public:
  Priors() = default;
  /// By name, "VALUE" or "VALUE:STRENGTH" with low (3), medium (10, the default), high (30) or a number.
  /// Throws UsageError for what the space does not have, or does not search.
  Priors(const UnitCube& cube, const std::map<std::string, std::string>& texts);

  bool empty() const { return beliefs_.empty(); }
  /// What is added to the logarithm of a point's worth, with so many results.
  double log_weight(const Point& point, std::size_t results) const;
  /// Its derivative by a coordinate of a number.
  double slope(std::size_t dimension, double coordinate, std::size_t results) const;
  /// Evenly spread points, as the prior spreads them.
  Point spread(Point point) const;
  /// Moves a point's coordinates there, each with a probability that falls with the number of results.
  Point drawn(Point point, std::size_t results, RandomStream& random) const;

 private:
  struct Belief {
    std::size_t dimension = 0;
    double at = 0, strength = 0;
    double below = 0, part = 1;  ///< of the normal distribution: what lies below 0, and between 0 and 1
    std::optional<Quantiles> cell = {};  ///< of a category
  };
  static double density(const Belief& belief, double coordinate);
  static double spread(const Belief& belief, double coordinate);

  std::vector<Belief> beliefs_;
};

}  // namespace sibyl
