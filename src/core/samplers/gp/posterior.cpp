#include "core/samplers/gp/posterior.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl::gp {

namespace {

constexpr std::size_t batch = 64;         ///< points whose numbers stay in the processor's cache
constexpr double least_variance = 1e-10;  ///< relative: what rounding leaves of it

Factor factorise(const Kernel& kernel, const Inputs& inputs) {
  Matrix covariances(inputs.size(), inputs.size());
  std::vector<double> slopes(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    kernel.covariances(inputs, i, inputs, i, inputs.size(), covariances[i] + i, slopes.data());
    covariances[i][i] = kernel.variance() + kernel.noise();
  }
  return Factor(std::move(covariances));
}

}  // namespace

Posterior::Posterior(const Layout& layout, const Parameters& parameters, const Inputs& inputs,
                     std::vector<double> targets)
    : layout_(layout),
      kernel_(layout, parameters),
      inputs_(inputs),
      targets_(std::move(targets)),
      factor_(factorise(kernel_, inputs_)),
      pull_(targets_) {
  factor_.solve_transposed(pull_);
  factor_.solve(pull_);
}

void Posterior::extend(const Point& point, double log_budget) {
  inputs_.add(layout_, point, log_budget);
  const std::size_t size = inputs_.size();
  std::vector<double> column(size), slopes(size);
  kernel_.covariances(inputs_, size - 1, inputs_, 0, size - 1, column.data(), slopes.data());
  column.back() = kernel_.variance() + kernel_.noise();
  factor_.extend(column);
}

void Posterior::add(const Point& point, double log_budget, double target) {
  forget();
  extend(point, log_budget);
  targets_.push_back(target);
  pull_ = targets_;
  factor_.solve_transposed(pull_);
  factor_.solve(pull_);
}

void Posterior::believe(const Point& point, double log_budget) {
  extend(point, log_budget);
  pull_.push_back(0);
}

void Posterior::forget() {
  inputs_.shorten(size());
  factor_.shorten(size());
  pull_.resize(size());
}

Prediction Posterior::prediction(double mean, double explained) const {
  const double variance = kernel_.variance();
  return {mean, std::sqrt(std::max(variance - explained, least_variance * variance))};
}

std::vector<Prediction> Posterior::predict(const Inputs& at) const {
  std::vector<Prediction> predictions(at.size());
  const std::size_t size = inputs_.size();
  std::vector<double> slopes(batch);
  for (std::size_t first = 0; first < at.size(); first += batch) {
    const std::size_t count = std::min(batch, at.size() - first);
    Matrix covariances(size, count);
    std::vector<double> means(count), explained(count);
    for (std::size_t i = 0; i < size; ++i) {
      double* row = covariances[i];
      kernel_.covariances(inputs_, i, at, first, first + count, row, slopes.data());
      for (std::size_t j = 0; j < count; ++j) means[j] += pull_[i] * row[j];
    }
    factor_.solve_transposed(covariances);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < count; ++j) explained[j] += covariances[i][j] * covariances[i][j];
    for (std::size_t j = 0; j < count; ++j) predictions[first + j] = prediction(means[j], explained[j]);
  }
  return predictions;
}

Prediction Posterior::predict(const Point& point, double log_budget) const {
  Inputs at(layout_);
  at.add(layout_, point, log_budget);
  return predict(at).front();
}

Prediction Posterior::predict(const Inputs& at, std::vector<double>& mean_slopes,
                              std::vector<double>& deviation_slopes) const {
  const std::size_t size = inputs_.size();
  std::vector<double> covariances(size), slopes(size);
  kernel_.covariances(at, 0, inputs_, 0, size, covariances.data(), slopes.data());
  const double mean = dot(covariances.data(), pull_.data(), size);
  factor_.solve_transposed(covariances);
  const Prediction result = prediction(mean, dot(covariances.data(), covariances.data(), size));
  factor_.solve(covariances);
  std::vector<double> by_variance(size), by_mean(size);
  for (std::size_t j = 0; j < size; ++j) by_mean[j] = slopes[j] * pull_[j];
  for (std::size_t j = 0; j < size; ++j) by_variance[j] = slopes[j] * covariances[j];
  for (std::size_t k = 0; k < inputs_.columns.size(); ++k) {
    mean_slopes[k] = deviation_slopes[k] = 0;
    if (layout_.columns()[k].kind != Layout::Column::coordinate) continue;
    const double* there = inputs_.columns[k].data();
    const double here = at.columns[k][0];
    for (std::size_t j = 0; j < size; ++j) slopes[j] = here - there[j];
    const double factor = 2 * kernel_.weight(k);
    mean_slopes[k] = factor * dot(by_mean.data(), slopes.data(), size);
    deviation_slopes[k] = -factor * dot(by_variance.data(), slopes.data(), size) / result.deviation;
  }
  return result;
}

}  // namespace sibyl::gp
