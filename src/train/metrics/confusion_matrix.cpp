#include "train/metrics/confusion_matrix.hpp"

#include <ATen/ATen.h>

#include "train/loss/targets.hpp"
#include "train/metrics/class_counts.hpp"

namespace sibyl {

ConfusionMatrix confusion_matrix(const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  const LossKind kind = resolve(loss.kind, y);
  if (!kind.takes_classes() && (!kind.takes_labels() || are_labels(loss, output, y))) return {};
  const std::int64_t classes = classes_of(loss, output, y);
  const at::Tensor its_class =
      kind.takes_classes() ? y.flatten() : in_columns(shaped(y, output)).gt(0.5).flatten();
  const at::Tensor taken_for = kind.takes_classes() ? in_columns(output).argmax(1) : output.flatten().gt(0);
  const at::Tensor counted = its_class.ge(0);
  const at::Tensor places = its_class.to(at::kLong).mul(classes).add(taken_for.to(at::kLong));
  const at::Tensor counts = at::bincount(places.masked_select(counted), {}, classes * classes).cpu();
  ConfusionMatrix matrix;
  for (std::int64_t row = 0; row < classes; ++row) {
    const auto* const from = counts.data_ptr<std::int64_t>() + row * classes;
    matrix.emplace_back(from, from + classes);
  }
  return matrix;
}

}  // namespace sibyl
