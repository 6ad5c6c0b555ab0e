#pragma once

#include <string>
#include <vector>

#include "sibyl/training/loss.hpp"
#include "sibyl/trial.hpp"
#include "train/metrics/metric_sums.hpp"

namespace sibyl {

/// Means over the samples of an epoch, and what else is summed (see MetricSums). They are summed where the
/// batches are, and cross to the host once. An accuracy is counted in whole hits, so that as many hits are
/// the same score, whatever the batches.
class Means {
 public:
  /// `kinds`: none that needs all outputs at once. `own`: the job's metrics of a batch; it may be empty.
  Means(Loss loss, const std::vector<MetricKind>& kinds, at::Device device, BatchMetrics own = {});

  void clear();
  /// All of it in one tensor, for a checkpoint; a copy.
  at::Tensor state() const;
  /// Throws Error for a state of other metrics.
  void restore(const at::Tensor& state);

  void add(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y);
  /// Its two halves, for a batch whose kernels are launched again: what the device does, and what the host.
  void sum(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y);
  void count(const at::Tensor& y);
  /// What is summed in.
  std::vector<at::Tensor> tensors() const;
  /// Has any batch had metrics of the job's own?
  bool has_own() const { return more_.has_own(); }
  void append_to(std::vector<Metric>& metrics, const std::string& prefix) const;

 private:
  void add_here(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y);
  void add_there(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y);

  Loss loss_;
  std::vector<MetricKind> kinds_;  ///< the means alone
  at::Tensor sums_;                ///< of the loss, then of each kind (of an accuracy: the hits)
  std::vector<at::Tensor> views_;
  std::int64_t samples_ = 0;
  std::int64_t labels_ = 0;  ///< to be hit; a sample may have several
  MetricSums more_;
};

}  // namespace sibyl
