#pragma once

#include <memory>
#include <vector>

#include "sibyl/training/hyper_model.hpp"
#include "train/loop/epoch_metrics.hpp"

namespace sibyl {

class Loader;

/// Those metrics that are summed over batches.
std::vector<MetricKind> summed(const std::vector<MetricKind>& kinds);

/// What an epoch with these is measured by: "loss", "accuracy", "val_loss", ...
std::vector<std::string> metric_names(const std::vector<MetricKind>& kinds, bool validates);

/// Tells the context which metrics epochs will have, where something is missing that it goes by. Metrics of
/// the job's own are known by a look at a sample; the model is in evaluation mode afterwards.
void promise_metrics(HyperModel& job, torch::nn::Sequential& model, const Data& data,
                     const std::vector<MetricKind>& kinds, FitContext& context);

/// The validation after an epoch: the sums of its metrics, and all outputs where a metric needs them (with
/// all y, of a dataset).
class Validation {
 public:
  /// All of it lives longer. `batch`: of training; nothing is kept for a step back here, so that more samples
  /// at a time will do. No data: there are no steps and no metrics.
  Validation(HyperModel& job, torch::nn::Sequential& model, const Split& data, const Loss& loss,
             const std::vector<MetricKind>& kinds, std::int64_t batch, bool mixed, FitContext& context);

  ~Validation();

  std::int64_t steps() const;
  void clear();
  /// Step by step, from any.
  void take(std::int64_t step);
  void append_to(std::vector<Metric>& metrics);

  /// For a checkpoint between two steps.
  std::vector<at::Tensor> state() const;
  /// False: it lacks outputs that are needed here, and validation has to begin anew. Throws Error for a state
  /// of other metrics.
  bool restore(const std::vector<at::Tensor>& state);

 private:
  /// Are all outputs needed, as far as anybody knows yet?
  bool gathers() const;
  Split batch(std::int64_t step);
  void append_own(std::vector<Metric>& metrics, const at::Tensor& output, const at::Tensor& y);

  HyperModel& job_;
  torch::nn::Sequential& model_;
  const Split& data_;
  const Loss loss_;
  const std::int64_t batch_;
  const bool mixed_;
  FitContext& context_;
  Means sums_;
  const std::vector<at::Tensor>& average_;  ///< of the model's weights; may be empty
  ConfusionMatrix* const confusion_;
  std::vector<MetricKind> of_all_;
  std::vector<at::Tensor> outputs_;
  std::vector<at::Tensor> targets_;  ///< beside outputs_, of a dataset
  std::unique_ptr<Loader> loader_;   ///< of a dataset
  std::int64_t loaded_ = -1;         ///< the step that it gives next
};

}  // namespace sibyl
