#pragma once

#include <cstdint>
#include <vector>

#include "core/space/unit_cube.hpp"
#include "sibyl/random.hpp"

namespace sibyl::tpe {

/// Some trials' coordinates in one dimension, of those that have it active, in rising order.
struct Coordinate {
  double at = 0;
  std::uint32_t kernel = 0;  ///< the trial's place among those of the estimator
};
using Column = std::vector<Coordinate>;

/// Points that estimators are asked about: snapped.
struct Batch {
  Batch(const UnitCube& cube, const std::vector<Point>& points);

  struct Dimension {
    std::vector<float> at;      ///< by point; 1/2 where it is not active
    std::vector<float> active;  ///< by point; 1 or 0
    bool all_active = true;
    std::vector<Quantiles> cells;     ///< the different ones
    std::vector<std::uint32_t> cell;  ///< by point
    std::vector<float> prior;         ///< by point; the logarithm of the prior's density, 0 if not active
  };
  std::size_t points = 0;
  std::vector<Dimension> dimensions;
};

/// A probability density over the unit cube: a mixture of a kernel around each of some trials and one more,
/// the prior, which is nearly flat (Bergstra et al. 2011; joint over the dimensions, with widths and weights
/// as in Optuna 5, see Watanabe 2023).
///
/// A kernel is a product over the dimensions. Where these are numbers it is a normal distribution cut off at
/// 0 and 1, as wide as the gap to the farther neighbour among the trials; with steps, a cell has its
/// integral. Where they are categories it is the trial's own, and a little of all. Where the trial has the
/// dimension not active it is the prior: so a hyperparameter that depends on others is learnt from the trials
/// that had it alone, and how it goes with the others is learnt too.
///
/// Densities are with respect to the uniform distribution. A point has none in dimensions that are not active
/// there, so that they add up to 1 over all configurations.
class Parzen {
 public:
  /// `weights`: of the trials' kernels; the prior's is 1. `columns`: by dimension.
  Parzen(const UnitCube& cube, const std::vector<double>& weights, const std::vector<Column>& columns);

  /// Not snapped: what is active there is for the cube to say.
  Point draw(RandomStream& random) const;
  std::vector<double> log_densities(const Batch& batch) const;

 private:
  friend struct Batch;
  /// A kernel in one dimension; trials at the same place with the same width share it.
  struct Shape {
    double at = 0, width = 0;
    double log_height = 0;  ///< of a normal distribution that is cut off: the logarithm of its maximum
  };
  struct Dimension {
    std::vector<Shape> shapes;
    std::vector<std::uint32_t> shape;  ///< by kernel; `prior` where it is not active
    bool categorical = false, steps = false;
    double choices = 0, smear = 0;  ///< of categories: how many, and the share that is spread over all
  };
  static constexpr std::uint32_t prior = ~std::uint32_t{0};

  static Shape normal(double at, double width);
  static Shape whole();  ///< the prior's
  static double log_density(const Shape& shape, const Quantiles& cell);
  static void add_numeric(Dimension& dimension, const Column& column);
  static void add_categorical(Dimension& dimension, const Column& column);
  static double draw(const Dimension& dimension, std::uint32_t shape, double uniform);
  /// By dimension with cells, what each shape has at each point.
  using Rows = std::vector<std::vector<float>>;
  static std::vector<float> by_point(const Dimension& dimension, const Batch::Dimension& points);
  /// Adds the logarithm of a kernel's density, relative to the prior's: in the dimensions with cells or with
  /// points that don't have it active.
  void add_others(std::size_t kernel, const Batch& batch, const Rows& rows, float* sums) const;
  /// The same in all other dimensions, but for the prior, and for a constant, which it returns.
  double add_plain(std::size_t kernel, const Batch& batch, float* sums) const;

  std::vector<double> shares_;  ///< the kernels' weights, with the prior's, which is the last, 1 in all
  std::vector<double> up_to_;   ///< their sums
  std::vector<Dimension> dimensions_;
  Shape whole_ = whole();
};

}  // namespace sibyl::tpe
