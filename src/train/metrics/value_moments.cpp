#include "train/metrics/value_moments.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace sibyl {

namespace {

enum Row : std::int64_t { count, mean, spread, squares, parts };

double rmse(double n, double squared) {
  return std::sqrt(squared / n);
}

// 1 where y is constant and met, 0 where it is constant and not, as scikit-learn has it.
double r2(double n, double spread, double squared) {
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  if (spread > 0) return 1 - squared / spread;
  return squared == 0 ? 1 : 0;
}

}  // namespace

void add_moments(const at::Tensor& output, const at::Tensor& y, const at::Tensor& sums) {
  const at::Tensor real = y.to(at::kDouble), error = output.to(at::kDouble).sub(real);
  const auto n = static_cast<double>(y.size(0));
  const at::Tensor here = real.mean(0), before = sums[count].clone(), shift = here.sub(sums[mean]);
  sums[count].add_(n);
  const at::Tensor part = sums[count].reciprocal().mul(n);  // of all samples, those that are new
  sums[mean].add_(shift.mul(part));
  sums[spread].add_(real.sub(here).square().sum(0)).add_(shift.square().mul(before).mul(part));
  sums[squares].add_(error.square().sum(0));
  // Where y is 0 a relative error is divided by the least step of a double, as scikit-learn does.
  const at::Tensor size = real.abs().clamp_min(std::numeric_limits<double>::epsilon());
  sums[parts].add_(error.abs().div(size).sum(0));
}

double value(MetricKind kind, const at::Tensor& sums) {
  const auto each = sums.accessor<double, 2>();
  double sum = 0;
  for (std::int64_t i = 0; i < sums.size(1); ++i) {
    const double n = each[count][i];
    switch (kind) {
      case MetricKind::rmse:
        sum += rmse(n, each[squares][i]);
        break;
      case MetricKind::r2:
        sum += r2(n, each[spread][i], each[squares][i]);
        break;
      case MetricKind::mape:
        sum += each[parts][i] / n;
        break;
      default:
        throw std::logic_error("a metric that does not go by moments");
    }
  }
  return sum / static_cast<double>(sums.size(1));
}

}  // namespace sibyl
