#include "train/metrics/class_counts.hpp"

#include <ATen/ATen.h>

#include <stdexcept>
#include <string>

#include "sibyl/error.hpp"
#include "train/loss/targets.hpp"

namespace sibyl {

namespace {

void count_numbered(const at::Tensor& output, const at::Tensor& y, const at::Tensor& counts) {
  const at::Tensor predicted = in_columns(output).argmax(1), classes = y.flatten();
  const at::Tensor counted = classes.ge(0).to(at::kDouble);  // some may be left out
  const at::Tensor index = classes.clamp_min(0);
  counts[0].index_add_(0, index, predicted.eq(classes).to(at::kDouble));
  counts[1].index_add_(0, predicted, counted);
  counts[2].index_add_(0, index, counted);
}

// The same without a kernel for each step, which would cost as much as a small layer.
void count_numbered_here(const at::Tensor& output, const at::Tensor& y, const at::Tensor& counts) {
  const at::Tensor predicted = in_columns(output).argmax(1), classes = y.contiguous();
  const auto* const found = predicted.data_ptr<std::int64_t>();
  const auto* const its_class = classes.data_ptr<std::int64_t>();
  auto* const hit = counts.data_ptr<double>();
  const std::int64_t n = counts.size(1);
  for (std::int64_t i = 0; i < predicted.numel(); ++i) {
    if (its_class[i] < 0) continue;
    if (its_class[i] >= n)
      throw Error("y has the class " + std::to_string(its_class[i]) + ", but the model's output has " +
                  std::to_string(n) + " classes, from 0 on.");
    hit[found[i]] += found[i] == its_class[i];
    ++hit[n + found[i]];
    ++hit[2 * n + its_class[i]];
  }
}

void count_labels(const at::Tensor& output, const at::Tensor& y, const at::Tensor& counts) {
  const at::Tensor predicted = in_columns(output).gt(0),
                   there = in_columns(shaped(y, output)).gt(0.5);  // logits: above 0 is 1
  const at::Tensor ones =
      at::stack({predicted.logical_and(there).sum(0), predicted.sum(0), there.sum(0)}).to(at::kDouble);
  if (predicted.size(1) > 1) {
    counts.add_(ones);
    return;
  }
  const at::Tensor of_one = ones.select(1, 0);
  counts.select(1, 1).add_(of_one);
  // Zeros: those that are no ones; right are those of them that are not there either.
  counts.select(1, 0).add_(of_one.neg().add_(static_cast<double>(predicted.size(0))));
  counts.select(1, 0)[0].add_(of_one[0].mul(2).sub(of_one[1]).sub(of_one[2]));
}

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

enum class Of { precision, recall, f1 };

double quality(Of of, double right, double predicted, double there) {
  if (of == Of::precision) return ratio(right, predicted);
  if (of == Of::recall) return ratio(right, there);
  return ratio(2 * right, predicted + there);
}

double of_one(Of of, const at::TensorAccessor<double, 2>& counts, bool labels) {
  if (labels || counts.size(1) != 2)
    throw Error("precision, recall and f1 are those of class 1 of two, but there are " +
                std::to_string(counts.size(1)) + (labels ? " labels" : " classes") +
                ": take f1_macro or f1_micro, say.");
  return quality(of, counts[0][1], counts[1][1], counts[2][1]);
}

double micro(Of of, const at::TensorAccessor<double, 2>& counts) {
  double sums[3] = {0, 0, 0};
  for (int row = 0; row < 3; ++row)
    for (std::int64_t i = 0; i < counts.size(1); ++i) sums[row] += counts[row][i];
  return quality(of, sums[0], sums[1], sums[2]);
}

double macro(Of of, const at::TensorAccessor<double, 2>& counts, bool labels) {
  double sum = 0, classes = 0;
  for (std::int64_t i = 0; i < counts.size(1); ++i) {
    if (!labels && counts[1][i] + counts[2][i] == 0) continue;
    sum += quality(of, counts[0][i], counts[1][i], counts[2][i]);
    ++classes;
  }
  return ratio(sum, classes);
}

double balanced_accuracy(const at::TensorAccessor<double, 2>& counts, bool labels) {
  if (labels)
    throw Error("balanced_accuracy is of classes, but y has several labels: take recall_macro, say.");
  double sum = 0, classes = 0;
  for (std::int64_t i = 0; i < counts.size(1); ++i) {
    if (counts[2][i] == 0) continue;
    sum += counts[0][i] / counts[2][i];
    ++classes;
  }
  return ratio(sum, classes);
}

}  // namespace

bool are_labels(const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  return resolve(loss.kind, y).takes_labels() && output.dim() > 1 && output.size(1) > 1;
}

std::int64_t classes_of(const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  const LossKind kind = resolve(loss.kind, y);
  if (!kind.takes_classes() && !kind.takes_labels())
    throw Error("metrics() has one of classes, but the loss is " + std::string(to_string(kind)) +
                ": change it, or loss().");
  if (kind.takes_labels() && !are_labels(loss, output, y)) return 2;
  return output.size(1);
}

void count_classes(const Loss& loss, const at::Tensor& output, const at::Tensor& y,
                   const at::Tensor& counts) {
  if (resolve(loss.kind, y).takes_labels()) {
    count_labels(output, y, counts);
  } else if (output.is_cpu() && y.scalar_type() == at::kLong) {
    count_numbered_here(output, y, counts);
  } else {
    count_numbered(output, y, counts);
  }
}

void count_top(const std::vector<std::int64_t>& ks, const at::Tensor& output, const at::Tensor& y,
               const at::Tensor& hits) {
  const at::Tensor scores = in_columns(output), classes = y.flatten();
  const at::Tensor counted = classes.ge(0), index = classes.clamp_min(0).unsqueeze(1);
  const at::Tensor its_score = scores.gather(1, index);
  const at::Tensor numbers = at::arange(scores.size(1), index.options()).unsqueeze(0);
  const at::Tensor before =
      scores.gt(its_score).logical_or(scores.eq(its_score).logical_and(numbers.gt(index))).sum(1);
  const at::Tensor is_number = counted.logical_and(its_score.eq(its_score).squeeze(1));
  for (std::size_t i = 0; i < ks.size(); ++i)
    hits[static_cast<std::int64_t>(i)].add_(before.lt(ks[i]).logical_and(is_number).sum());
  hits[-1].add_(counted.sum());
}

double score(MetricKind kind, const at::Tensor& counts, bool labels) {
  const auto each = counts.accessor<double, 2>();
  switch (kind) {
    case MetricKind::balanced_accuracy:
      return balanced_accuracy(each, labels);
    case MetricKind::precision:
      return of_one(Of::precision, each, labels);
    case MetricKind::precision_macro:
      return macro(Of::precision, each, labels);
    case MetricKind::precision_micro:
      return micro(Of::precision, each);
    case MetricKind::recall:
      return of_one(Of::recall, each, labels);
    case MetricKind::recall_macro:
      return macro(Of::recall, each, labels);
    case MetricKind::recall_micro:
      return micro(Of::recall, each);
    case MetricKind::f1:
      return of_one(Of::f1, each, labels);
    case MetricKind::f1_macro:
      return macro(Of::f1, each, labels);
    case MetricKind::f1_micro:
      return micro(Of::f1, each);
    default:
      throw std::logic_error("a metric that does not go by counts");
  }
}

}  // namespace sibyl
