#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

namespace sibyl {

/// What training makes small: a mean over the samples. Both entropies take logits, not probabilities.
enum class Loss {
  automatic,      ///< by y: whole numbers cross_entropy, real numbers mse
  cross_entropy,  ///< output (samples, classes, ...), y (samples, ...) of whole numbers
  binary_cross_entropy,
  mse,
  mae,
  huber,
};

/// What else is measured of each epoch, with and without "val_".
enum class MetricKind { accuracy, mae, mse };
std::string_view to_string(MetricKind kind);

/// What `automatic` stands for.
Loss resolve(Loss loss, const at::Tensor& y);

/// The lowest and the highest of all targets.
struct TargetRange {
  double lowest = 0, highest = 0;
};
TargetRange range_of(const at::Tensor& y);
/// Of both.
TargetRange join(const TargetRange& a, const TargetRange& b);

/// Throws Error when the loss can't take such targets, or the output has fewer numbers a sample than there
/// are classes: before a step, since a CUDA device that meets a class beyond them never works again in its
/// process. `loss` is resolved.
void check_targets(Loss loss, const at::Tensor& output, const TargetRange& range);

/// y as the losses want it: classes as int64, values in the floating-point type of x.
at::Tensor prepare_targets(const at::Tensor& y, at::ScalarType real);

/// The mean loss of a batch. Throws Error when the model's output does not fit y: LibTorch would broadcast a
/// column against a row and train on nonsense. `class_weights` are for cross_entropy alone, one for each
/// class, on the output's device: the mean is then weighted by them.
at::Tensor compute(Loss loss, const at::Tensor& output, const at::Tensor& y,
                   const at::Tensor& class_weights = {});

/// The mean of a metric over a batch, without gradients; on the batch's device.
at::Tensor compute(MetricKind kind, Loss loss, const at::Tensor& output, const at::Tensor& y);

/// How many of y's labels the output hits: the accuracy, in a whole number.
at::Tensor count_hits(Loss loss, const at::Tensor& output, const at::Tensor& y);

}  // namespace sibyl
