#include "core/samplers/gp/kernel.hpp"

#include <cmath>

#include "core/samplers/gp/elementary.hpp"

namespace sibyl::gp {

namespace {

constexpr double least_noise = 1e-6;
constexpr double label_distance = 0.25;  ///< squared

}  // namespace

Kernel::Kernel(const Layout& layout, const Parameters& parameters)
    : layout_(layout),
      variance_(exponential(parameters.log_variance())),
      noise_(exponential(parameters.log_noise()) + least_noise),
      parting_(exponential(parameters.log_parting())) {
  for (const Layout::Column& column : layout.columns())
    weights_.push_back(exponential(-2 * parameters.log_length(column.dimension)));
}

void Kernel::covariances(const Inputs& of, std::size_t point, const Inputs& with, std::size_t first,
                         std::size_t end, double* covariances, double* slopes) const {
  const std::size_t size = end - first;
  double* squares = covariances;
  for (std::size_t j = 0; j < size; ++j) squares[j] = 0;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    const double weight = weights_[k];
    const double here = of.columns[k][point];
    const double* there = with.columns[k].data() + first;
    if (layout_.columns()[k].kind == Layout::Column::label) {
      for (std::size_t j = 0; j < size; ++j) squares[j] += there[j] == here ? 0 : weight * label_distance;
    } else {
      for (std::size_t j = 0; j < size; ++j) squares[j] += weight * ((there[j] - here) * (there[j] - here));
    }
  }
  const double budget = of.log_budgets[point];
  const double* budgets = with.log_budgets.data() + first;
  for (std::size_t j = 0; j < size; ++j) {
    const double distance = std::sqrt(5 * squares[j]);
    const double falling = variance_ * exponential(-distance - parting_ * std::abs(budgets[j] - budget));
    covariances[j] = falling * (1 + distance + distance * distance / 3);
    slopes[j] = falling * (1 + distance) * (-5.0 / 6);
  }
}

}  // namespace sibyl::gp
