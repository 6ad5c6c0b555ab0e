#include "train/metrics/whole_set.hpp"

#include <ATen/ATen.h>

#include <limits>
#include <stdexcept>
#include <tuple>

#include "sibyl/error.hpp"
#include "train/loss/targets.hpp"

namespace sibyl {

namespace {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

bool all_finite(const at::Tensor& numbers) {
  return numbers.isfinite().all().item<bool>();
}

// The probability that a sample with the label has a larger score than one without it.
double area(const at::Tensor& scores, const at::Tensor& has_label) {
  const auto ones = static_cast<double>(has_label.sum().item<std::int64_t>());
  const double zeros = static_cast<double>(scores.numel()) - ones;
  if (ones == 0 || zeros == 0) return not_defined;
  const double ranks = average_ranks(scores).mul(has_label).sum().item<double>();
  return (ranks - ones * (ones + 1) / 2) / (ones * zeros);
}

double mean_area(const at::Tensor& scores, const at::Tensor& has_label) {
  double sum = 0;
  for (std::int64_t i = 0; i < scores.size(1); ++i) sum += area(scores.select(1, i), has_label.select(1, i));
  return sum / static_cast<double>(scores.size(1));
}

double roc_auc(const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  const LossKind kind = resolve(loss.kind, y);
  if (kind.takes_labels()) {
    const at::Tensor scores = in_columns(output).to(at::kDouble);
    if (!all_finite(scores)) return not_defined;
    return mean_area(scores, in_columns(shaped(y, output)).gt(0.5));
  }
  if (!kind.takes_classes())
    throw Error("roc_auc is of classes, but the loss is " + std::string(to_string(kind)) +
                ": change metrics(), or loss().");
  const at::Tensor counted = y.flatten().ge(0).nonzero().flatten();  // some may be left out
  const at::Tensor scores = in_columns(output).to(at::kDouble).index_select(0, counted);
  const at::Tensor classes = y.flatten().index_select(0, counted);
  if (!all_finite(scores)) return not_defined;
  if (scores.size(1) == 2) return area(scores.select(1, 1).sub(scores.select(1, 0)), classes.eq(1));
  const at::Tensor numbers = at::arange(scores.size(1), classes.options());
  return mean_area(scores.softmax(1), classes.unsqueeze(1).eq(numbers.unsqueeze(0)));
}

double correlation(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.sub(a.mean()), y = b.sub(b.mean());
  const double spread = x.square().sum().mul(y.square().sum()).sqrt().item<double>();
  return spread > 0 ? x.mul(y).sum().item<double>() / spread : not_defined;
}

double spearman(const at::Tensor& output, const at::Tensor& y) {
  const at::Tensor values = in_columns(output).to(at::kDouble),
                   targets = in_columns(shaped(y, output)).to(at::kDouble);
  if (!all_finite(values)) return not_defined;
  double sum = 0;
  for (std::int64_t i = 0; i < values.size(1); ++i)
    sum += correlation(average_ranks(values.select(1, i)), average_ranks(targets.select(1, i)));
  return sum / static_cast<double>(values.size(1));
}

}  // namespace

at::Tensor average_ranks(const at::Tensor& numbers) {
  const auto [sorted, order] = numbers.sort();
  const auto [values, which, counts] = at::unique_consecutive(sorted, /*return_inverse=*/true,
                                                              /*return_counts=*/true);
  const at::Tensor last = counts.cumsum(0).to(at::kDouble);
  const at::Tensor mean = last.sub(counts.to(at::kDouble).sub(1).div(2));
  return at::empty_like(mean.index_select(0, which)).scatter_(0, order, mean.index_select(0, which));
}

double measure(MetricKind kind, const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  if (kind == MetricKind::roc_auc) return roc_auc(loss, output, y);
  if (kind == MetricKind::spearman) return spearman(output, y);
  throw std::logic_error("a metric that is summed over batches");
}

}  // namespace sibyl
