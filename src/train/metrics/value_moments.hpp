#pragma once

#include <ATen/core/Tensor.h>

#include "sibyl/training/metric.hpp"

namespace sibyl {

// For each column of values: how many, the mean of y, the sum of squares of y from its mean, and the sums of
// squared and of relative errors. The mean goes along with the batches (Chan et al. 1979), so that nothing is
// lost where y is far from 0.
inline constexpr std::int64_t moments = 5;

/// Adds a batch to `sums` (moments, columns), where that is. Both are (samples, columns).
void add_moments(const at::Tensor& output, const at::Tensor& y, const at::Tensor& sums);

/// A metric from the sums, on the host: the mean over the columns, as scikit-learn has it.
double value(MetricKind kind, const at::Tensor& sums);

}  // namespace sibyl
