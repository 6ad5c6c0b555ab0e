#pragma once

#include "core/samplers/gp/inputs.hpp"

namespace sibyl::gp {

/// What is fitted, all as logarithms: a length for each dimension, the variance of what is modelled, the
/// noise's, and how fast results at different budgets part.
struct Parameters {
  explicit Parameters(std::vector<double> logarithms) : logs(std::move(logarithms)) {}

  std::size_t dimensions() const { return logs.size() - 3; }
  double log_length(std::size_t dimension) const { return logs[dimension]; }
  double log_variance() const { return logs[dimensions()]; }
  double log_noise() const { return logs[dimensions() + 1]; }
  double log_parting() const { return logs[dimensions() + 2]; }

  std::vector<double> logs;
};

/// Matern's kernel with smoothness 5/2 over the distance in all columns, each in lengths of its dimension;
/// and between budgets a correlation that falls with the ratio of the two.
class Kernel {
 public:
  Kernel(const Layout& layout, const Parameters& parameters);

  double variance() const { return variance_; }
  double noise() const { return noise_; }  ///< with what keeps a matrix invertible
  double parting() const { return parting_; }
  /// One over the square of a column's length.
  double weight(std::size_t column) const { return weights_[column]; }

  /// The covariance between a point and those of [first, end), and its derivative by the squared distance.
  void covariances(const Inputs& of, std::size_t point, const Inputs& with, std::size_t first,
                   std::size_t end, double* covariances, double* slopes) const;

 private:
  const Layout& layout_;
  std::vector<double> weights_;
  double variance_, noise_, parting_;
};

}  // namespace sibyl::gp
