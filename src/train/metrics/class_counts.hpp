#pragma once

#include <ATen/core/Tensor.h>

#include "sibyl/training/loss.hpp"

namespace sibyl {

// Counts for each class (or label): how often it was predicted rightly, predicted, and there. Everything that
// goes by a confusion matrix follows from these, and they are few where there are many classes. They are
// whole numbers, so that no order of batches changes them.

/// How many classes a batch's output tells apart: of one label two.
std::int64_t classes_of(const Loss& loss, const at::Tensor& output, const at::Tensor& y);
/// Are the classes labels, of which a sample may have several or none?
bool are_labels(const Loss& loss, const at::Tensor& output, const at::Tensor& y);

/// Adds a batch to `counts` (3, classes), where that is.
void count_classes(const Loss& loss, const at::Tensor& output, const at::Tensor& y, const at::Tensor& counts);

/// Adds to `hits`, for each k, the samples whose class is among the k with the largest outputs (of equal ones
/// the last, as scikit-learn has it), and last how many samples there were.
void count_top(const std::vector<std::int64_t>& ks, const at::Tensor& output, const at::Tensor& y,
               const at::Tensor& hits);

/// A metric from the counts, on the host. `labels`: whether all classes count in a mean, or those alone that
/// are there or predicted. Throws Error for one that goes by class 1 where there are more than two.
double score(MetricKind kind, const at::Tensor& counts, bool labels);

}  // namespace sibyl
