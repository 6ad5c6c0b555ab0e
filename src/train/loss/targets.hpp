#pragma once

#include <ATen/core/Tensor.h>

namespace sibyl {

/// Whole numbers are classes, real ones values.
bool are_classes(const at::Tensor& y);

/// y in the shape and the type of the model's output, to be compared with it element by element. Throws Error
/// where it has not as many numbers.
at::Tensor shaped(const at::Tensor& y, const at::Tensor& output);

/// (samples, columns, ...) as a matrix of a row for each sample and place; (samples) has one column.
at::Tensor in_columns(const at::Tensor& tensor);

/// LibTorch gives a sample of such a class no loss, and no metric counts it.
inline constexpr std::int64_t left_out = -100;

}  // namespace sibyl
