#include "core/samplers/gp/outputs.hpp"

#include <algorithm>
#include <cmath>

#include "core/samplers/gp/elementary.hpp"

namespace sibyl::gp {

namespace {

constexpr double largest = 1e100;  ///< sums of squares of such losses are finite
constexpr double skewness_bound = 0.5;

struct Moments {
  double mean = 0;
  double deviation = 0;
  double skewness = 0;
};

Moments moments(const std::vector<double>& values) {
  Moments result;
  const double count = static_cast<double>(values.size());
  for (const double each : values) result.mean += each / count;
  double second = 0, third = 0;
  for (const double each : values) {
    const double difference = each - result.mean;
    second += difference * difference / count;
    third += difference * difference * difference / count;
  }
  result.deviation = std::sqrt(second);
  if (second > 0) result.skewness = third / (second * result.deviation);
  return result;
}

double yeo_johnson(double x, double power) {
  return x >= 0 ? power_difference(power, logarithm(1 + x)) : -power_difference(2 - power, logarithm(1 - x));
}

/// Its inverse for what is positive: (1 + p y)^(1/p) - 1.
double unpowered(double y, double p) {
  if (std::abs(p) < 1e-6) return exponential(std::min(y, 100.0)) - 1;
  const double base = std::max(1 + p * y, 1e-12);
  return exponential(std::min(logarithm(base) / p, 100.0)) - 1;
}

double yeo_johnson_inverse(double y, double power) {
  return y >= 0 ? unpowered(y, power) : -unpowered(-y, 2 - power);
}

/// The power whose results are most like a normal distribution.
double best_power(const std::vector<double>& values) {
  double logs = 0;
  for (const double each : values) logs += each >= 0 ? logarithm(1 + each) : -logarithm(1 - each);
  const auto likelihood = [&](double power) {
    std::vector<double> straight;
    for (const double each : values) straight.push_back(yeo_johnson(each, power));
    const double deviation = std::max(moments(straight).deviation, 1e-12);
    return -static_cast<double>(values.size()) * logarithm(deviation) + (power - 1) * logs;
  };
  double best = 1, step = 0.5;
  double value = likelihood(best);
  for (; step > 1e-3; step /= 2) {
    for (const double power : {best - step, best + step}) {
      if (power < 0 || power > 2) continue;
      const double there = likelihood(power);
      if (there <= value) continue;
      value = there;
      best = power;
    }
  }
  return best;
}

/// No loss counts as worse than the third quartile and one and a half times the distance between quartiles.
double cap_of(const std::vector<double>& sorted) {
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
  };
  const double third = quantile(0.75);
  double distance = third - quantile(0.25);
  if (distance <= 0) distance = third - sorted.front();
  if (distance > 0) return third + 1.5 * distance;
  const auto worse = std::upper_bound(sorted.begin(), sorted.end(), third);
  return worse == sorted.end() ? third : *worse;
}

}  // namespace

Outputs::Outputs(std::vector<double> losses) {
  for (double& each : losses) each = std::clamp(each, -largest, largest);
  std::sort(losses.begin(), losses.end());
  cap_ = cap_of(losses);
  for (double& each : losses) each = std::min(each, cap_);
  const Moments raw = moments(losses);
  center_ = raw.mean;
  // A constant differs from its mean by no more than rounding does.
  if (raw.deviation > 1e-14 * std::abs(raw.mean)) spread_ = raw.deviation;
  for (double& each : losses) each = (each - center_) / spread_;
  if (losses.size() >= 4 && std::abs(raw.skewness) > skewness_bound) {
    skewed_ = true;
    power_ = best_power(losses);
  }
  for (double& each : losses) each = straightened(each);
  const Moments straight = moments(losses);
  mean_ = straight.mean;
  if (straight.deviation > 1e-12) deviation_ = straight.deviation;
  const double best = (losses.front() - mean_) / deviation_;
  const double worst = (losses.back() - mean_) / deviation_;
  failure_ = worst + std::max((worst - best) / 2, 0.5);
}

double Outputs::straightened(double standard) const {
  return skewed_ ? yeo_johnson(standard, power_) : standard;
}

double Outputs::operator()(double loss) const {
  if (std::isnan(loss)) return failure_;
  const double standard = (std::clamp(loss, -largest, cap_) - center_) / spread_;
  return (straightened(standard) - mean_) / deviation_;
}

double Outputs::loss(double output) const {
  const double straight = mean_ + deviation_ * output;
  return center_ + spread_ * (skewed_ ? yeo_johnson_inverse(straight, power_) : straight);
}

void Outputs::place(double mean, double deviation) {
  mean_ -= mean * deviation_ / deviation;
  failure_ = failure_ * deviation + mean;
  deviation_ /= deviation;
}

void Outputs::move(double by) {
  cap_ += by;
  center_ += by;
}

}  // namespace sibyl::gp
