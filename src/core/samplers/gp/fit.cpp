#include "core/samplers/gp/fit.hpp"

#include <algorithm>
#include <cmath>

#include "core/samplers/gp/box_lbfgs.hpp"
#include "core/samplers/gp/elementary.hpp"

namespace sibyl::gp {

namespace {

constexpr std::size_t few = 128;  ///< data of which a fit takes milliseconds

/// Lengths are shorter relative to the cube's diagonal the more dimensions it has.
double length_unit(std::size_t dimensions) {
  return dimensions > 15 ? std::sqrt(static_cast<double>(dimensions) / 15) : 1;
}

/// A fixed part of the data, spread over all of them.
void thin(const Inputs& inputs, const std::vector<double>& targets, Inputs& some,
          std::vector<double>& some_targets) {
  for (std::size_t i = 0; i < few; ++i) {
    const std::size_t from = i * inputs.size() / few;
    for (std::size_t k = 0; k < inputs.columns.size(); ++k)
      some.columns[k].push_back(inputs.columns[k][from]);
    some.log_budgets.push_back(inputs.log_budgets[from]);
    some_targets.push_back(targets[from]);
  }
}

struct Bounds {
  explicit Bounds(const Beliefs& beliefs) {
    const double unit = logarithm(length_unit(beliefs.dimensions));
    low.assign(beliefs.dimensions, -5 + unit);
    high.assign(beliefs.dimensions, 3 + unit);
    const double parting = beliefs.several_budgets ? 1 : 0;
    low.insert(low.end(), {-5, -18, -1.6 - 5 * parting});
    high.insert(high.end(), {5, 1, -1.6 + 3 * parting});
  }
  std::vector<double> low, high;
};

}  // namespace

double Beliefs::typical_log_length() const {
  return -1 + logarithm(length_unit(dimensions));
}

// Gamma(3, 6) for lengths; log-normal (0, 1) for the variance, (-8, 2) or (-6, 2) for the noise.
double Beliefs::surprise(const Parameters& parameters, std::vector<double>& gradient) const {
  double sum = 0;
  const double unit = length_unit(dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) {
    const double rate = 6 * exponential(parameters.log_length(i)) / unit;
    sum += rate - 2 * parameters.log_length(i);
    gradient[i] += rate - 2;
  }
  const auto normal = [&](std::size_t at, double mean, double deviation) {
    const double z = (parameters.logs[at] - mean) / deviation;
    sum += z * z / 2;
    gradient[at] += z / deviation;
  };
  normal(dimensions, 0, 1);
  normal(dimensions + 1, several_budgets ? -6 : -8, 2);
  normal(dimensions + 2, -1.6, 1);
  return sum;
}

Likelihood::Likelihood(const Layout& layout, const Inputs& inputs, const std::vector<double>& targets)
    : layout_(layout),
      inputs_(inputs),
      targets_(targets),
      covariances_(inputs.size(), inputs.size()),
      slopes_(inputs.size(), inputs.size()),
      weights_(inputs.size(), inputs.size()) {}

Likelihood::~Likelihood() = default;

double Likelihood::operator()(const Parameters& parameters, std::vector<double>& gradient) {
  const Kernel kernel(layout_, parameters);
  const std::size_t size = inputs_.size();
  for (std::size_t i = 0; i < size; ++i) {
    kernel.covariances(inputs_, i, inputs_, i, size, covariances_[i] + i, slopes_[i] + i);
    covariances_[i][i] = kernel.variance() + kernel.noise();
  }
  const Factor factor(covariances_);
  pull_ = targets_;
  factor.solve_transposed(pull_);
  const double fit = dot(pull_.data(), pull_.data(), size);
  factor.solve(pull_);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) weights_[i][j] = pull_[i] * pull_[j];
  factor.subtract_inverse(weights_);
  std::fill(gradient.begin(), gradient.end(), 0.0);
  add_gradient(kernel, parameters, gradient);
  return fit / 2 + factor.log_determinant() / 2;
}

// By a parameter t: -1/2 sum of W_ij dK_ij/dt, W = K^-1 y y' K^-1 - K^-1.
void Likelihood::add_gradient(const Kernel& kernel, const Parameters& parameters,
                              std::vector<double>& gradient) {
  const std::size_t size = inputs_.size();
  double diagonal = 0, by_variance = 0, by_parting = 0;
  std::vector<double> terms(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double* weights = weights_[i];
    diagonal += weights[i];
    const std::size_t first = i + 1;
    for (std::size_t j = first; j < size; ++j) terms[j] = weights[j] * covariances_[i][j];
    for (std::size_t j = first; j < size; ++j) by_variance += terms[j];
    for (std::size_t j = first; j < size; ++j)
      by_parting += terms[j] * std::abs(inputs_.log_budgets[j] - inputs_.log_budgets[i]);
    double* slopes = slopes_[i];
    for (std::size_t j = first; j < size; ++j) slopes[j] *= weights[j];
    for (std::size_t k = 0; k < layout_.columns().size(); ++k) {
      const double* column = inputs_.columns[k].data();
      const bool label = layout_.columns()[k].kind == Layout::Column::label;
      if (label) {
        for (std::size_t j = first; j < size; ++j) terms[j] = column[j] == column[i] ? 0 : 0.25;
      } else {
        for (std::size_t j = first; j < size; ++j)
          terms[j] = (column[j] - column[i]) * (column[j] - column[i]);
      }
      gradient[layout_.columns()[k].dimension] +=
          2 * kernel.weight(k) * dot(slopes + first, terms.data() + first, size - first);
    }
  }
  const std::size_t last = parameters.dimensions();
  gradient[last] -= diagonal * kernel.variance() / 2 + by_variance;
  gradient[last + 1] -= diagonal * exponential(parameters.log_noise()) / 2;
  gradient[last + 2] += by_parting * kernel.parting();
}

Parameters fit(const Layout& layout, const Inputs& inputs, const std::vector<double>& targets,
               const Beliefs& beliefs) {
  Inputs some(layout);
  std::vector<double> some_targets;
  const bool many = inputs.size() > few * 5 / 4;
  if (many) thin(inputs, targets, some, some_targets);
  const Bounds bounds(beliefs);
  const auto improve = [&](const Inputs& with, const std::vector<double>& of, std::vector<double> from,
                           int evaluations) {
    Likelihood likelihood(layout, with, of);
    return minimise(
        [&](const std::vector<double>& logs, std::vector<double>& gradient) {
          const Parameters parameters(logs);
          const double value = likelihood(parameters, gradient);
          return value + beliefs.surprise(parameters, gradient);
        },
        std::move(from), bounds.low, bounds.high, evaluations);
  };
  const double typical = beliefs.typical_log_length();
  std::optional<Minimum> best;
  for (const auto& [length, noise] : {std::pair{0.0, -8.0}, std::pair{1.0, -4.0}}) {
    std::vector<double> start(beliefs.dimensions, typical + length);
    start.insert(start.end(), {0, noise, -1.6});
    Minimum found = many ? improve(some, some_targets, start, 60) : improve(inputs, targets, start, 60);
    if (!best || found.value < best->value) best = std::move(found);
  }
  if (many) best = improve(inputs, targets, best->x, 8);
  return Parameters(best->x);
}

}  // namespace sibyl::gp
