#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// A place in a UnitCube: a coordinate in [0, 1) for each of its dimensions, NaN where the hyperparameter is
/// not active.
using Point = std::vector<double>;

/// A search space as samplers see it: each hyperparameter that can be chosen is a dimension, and its values
/// are spread over [0, 1] as its own sampling says (uniform numbers there are random values here). A value of
/// a domain with steps, or a choice, has a cell there and stands at its centre.
///
/// Dimensions stand in the order in which the space names them, so that what a condition asks for comes
/// before what depends on it. A name that stands there twice (under different conditions) has two dimensions.
class UnitCube {
 public:
  struct Dimension {
    std::size_t hyperparameter = 0;  ///< its place in the space
    /// How many values there are; none: continuous (or more than a double tells apart).
    std::optional<std::uint64_t> values;
    bool categorical = false;  ///< values that have no order
  };

  /// Throws Error for a space with a choice of nothing.
  explicit UnitCube(SearchSpace space);

  const SearchSpace& space() const { return space_; }
  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  /// Has it neither continuous dimensions nor ones with very many values? Then points are told apart exactly.
  bool discrete() const { return discrete_; }
  /// Are all dimensions active in every configuration?
  bool unconditional() const { return unconditional_; }

  /// Where a configuration stands. What has no value, or one that its domain does not have, is not active.
  Point point(const Values& values) const;
  /// The configuration at a point, whose coordinates may be any in [0, 1) (what is outside is moved to the
  /// edge, NaN to 0): each active hyperparameter's value, those with a single one too. Coordinates of what is
  /// not active there don't matter.
  Values values(const Point& point) const;
  /// The same configuration's own point: cells' centres, NaN for what is not active.
  Point snapped(const Point& point) const;

  /// The coordinate of the value at a place of a dimension with steps or choices, 0 <= place < *values.
  double coordinate(std::size_t dimension, std::uint64_t place) const;
  /// The place of the value that a coordinate means.
  std::uint64_t place(std::size_t dimension, double coordinate) const;
  /// The cell of the value that a coordinate means; empty, and the coordinate itself, where it is continuous.
  Quantiles cell(std::size_t dimension, double coordinate) const;

 private:
  const Domain& domain(std::size_t dimension) const {
    return space_.hyperparameters()[dimensions_[dimension].hyperparameter].domain;
  }

  SearchSpace space_;
  std::vector<Dimension> dimensions_;
  bool discrete_ = true;
  bool unconditional_ = true;
};

}  // namespace sibyl
