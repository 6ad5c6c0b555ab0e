#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sibyl/training/loss.hpp"
#include "sibyl/trial.hpp"

namespace sibyl {

/// A mean over batches, which Means takes itself.
bool is_mean(MetricKind kind);
/// Needs all outputs at once (see whole_set.hpp).
bool needs_all(MetricKind kind);

using BatchMetrics = std::function<std::vector<BatchMetric>(const at::Tensor& output, const at::Tensor& y)>;

/// What is summed over an epoch for the metrics that are no means over its batches, and for the job's own
/// that are: whole counts for each class, moments for each column of values, in double. It is where the
/// batches are, and adding to it is repeatable by replayed kernels: the shapes are those of the first batch.
class MetricSums {
 public:
  /// `own`: the job's; it may be empty.
  MetricSums(Loss loss, std::vector<MetricKind> kinds, at::Device device, BatchMetrics own);

  void clear();
  void add(const at::Tensor& output, const at::Tensor& y);
  /// `samples`: that were added. On the host.
  void append_to(std::vector<Metric>& metrics, const std::string& prefix, std::int64_t samples) const;

  /// All of it in one tensor of doubles, with what it takes to read it before any batch was seen. Empty while
  /// there is nothing.
  at::Tensor state() const;
  /// Throws Error for a state of other metrics.
  void restore(const at::Tensor& state);
  std::vector<at::Tensor> tensors() const;
  bool has_own() const { return !names_.empty(); }

 private:
  void add_own(const at::Tensor& output, const at::Tensor& y);
  /// Makes `sums` zeros of that shape, or throws Error where it has another one.
  void shape(at::Tensor& sums, at::IntArrayRef sizes) const;

  Loss loss_;
  std::vector<MetricKind> kinds_;
  std::vector<std::int64_t> tops_;  ///< k of each top_k_accuracy
  bool counts_classes_ = false, sums_values_ = false;
  at::Device device_;
  BatchMetrics own_;
  std::vector<std::string> names_;  ///< of the job's own
  at::Tensor means_;                ///< of these: each batch's mean times its samples
  at::Tensor counts_;               ///< (3, classes), see class_counts.hpp
  bool labels_ = false;             ///< are these classes labels?
  at::Tensor hits_;                 ///< among the top k, for each of tops_; last: of how many
  at::Tensor moments_;              ///< (5, columns), see value_moments.hpp
};

}  // namespace sibyl
