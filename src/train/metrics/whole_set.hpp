#pragma once

#include <ATen/core/Tensor.h>

#include "sibyl/training/loss.hpp"

namespace sibyl {

/// The place of each number among all, from 1, in the order of size; equal ones share the mean of theirs.
at::Tensor average_ranks(const at::Tensor& numbers);

/// A metric of a whole split, from all its outputs: roc_auc or spearman. NaN where it is not defined (all
/// samples are of one class, all values are equal, an output is no number).
double measure(MetricKind kind, const Loss& loss, const at::Tensor& output, const at::Tensor& y);

}  // namespace sibyl
