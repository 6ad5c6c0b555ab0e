#pragma once

#include <torch/torch.h>

#include <memory>
#include <optional>
#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/error.hpp"
#include "sibyl/hyperparameters.hpp"
#include "sibyl/objective.hpp"
#include "sibyl/training/fit_context.hpp"
#include "sibyl/training/loss.hpp"
#include "sibyl/training/metric.hpp"
#include "sibyl/training/optimizer.hpp"
#include "sibyl/training/precision.hpp"

namespace sibyl {

/// What a training step gives.
struct StepResult {
  torch::Tensor loss;    ///< to be made small; with its graph
  torch::Tensor output;  ///< what the metrics are measured on
};

/// What is tuned: derive from it, say what the model and its data are, and override what else differs from
/// the usual. The search space is what preparation(), build(), make_optimizer(), optimizer(), batch_size(),
/// micro_batch_size(), loss() and precision() ask for: all of them, whichever are overridden. What another
/// function asks for joins it with the first trial that comes there.
class HyperModel {
 public:
  virtual ~HyperModel() = default;

  /// The model for one configuration. (A module of another kind goes into the Sequential as its only layer.)
  virtual torch::nn::Sequential build(HyperParameters& hp) = 0;
  /// The samples, on the CPU. Called once in each process that trains, not once a trial; training and
  /// validation samples are moved to the device then, if they fit there beside the model.
  virtual Data data(const DataOptions& options) = 0;

  /// May one process of a node call data() for all that train there? The others take its tensors, names and
  /// preparation from that one, which is for data that is the same in each, and for a job that keeps nothing
  /// of it in members but by on_data(). False: each process calls data(), and what is the same in all of them
  /// is in memory once all the same.
  virtual bool reads_once() const { return false; }
  /// The data, on the CPU, in each process before anything is built, whichever called data(): to keep what
  /// build() and others need to know of it, as the number of features. Classes are whole numbers of 64 bits.
  virtual void on_data(const Data&) {}

  virtual Objective objective() const { return {.metric = "val_loss", .direction = Direction::minimize}; }
  virtual Optimizer optimizer(HyperParameters&) { return {}; }
  /// (Where the last batch of an epoch has one sample and the model's batch norm can't take it, it is left
  /// out.)
  virtual int batch_size(HyperParameters&) { return 32; }
  /// So many samples of a batch go through the model at once, and the gradients of a batch are summed over
  /// its parts: for a batch that is larger than the device's memory. 0: all. (Norms over a batch see its
  /// parts.)
  virtual int micro_batch_size(HyperParameters&) { return 0; }
  virtual Loss loss(HyperParameters&) { return Loss::automatic; }
  /// For cross_entropy and focal: how much a sample of each class counts, in training and in validation;
  /// undefined: the same. Asked once. (Loss::balanced counts them.)
  virtual torch::Tensor class_weights() const { return {}; }
  /// What is done to the data before fit() has it, and to whatever the exported model is given: fitted to the
  /// training samples of each trial. (What is the same for all trials belongs into data().)
  virtual InputPreparation preparation(HyperParameters&) { return {}; }
  /// Mixed precision costs digits and saves time where there are GPUs that are made for it.
  virtual Precision precision(HyperParameters&) { return Precision::full; }
  /// Besides the loss: `return {"accuracy", "f1_macro"};`. The default is accuracy for classes, mae and mse
  /// for values.
  virtual std::vector<MetricKind> metrics(Loss loss) const;
  /// Metrics of one's own of the whole validation set, after each epoch; without "val_", which Sibyl adds.
  virtual std::vector<Metric> epoch_metrics(const torch::Tensor& output, const torch::Tensor& y);
  /// Metrics of one's own that are means over samples, of each batch of training and of validation.
  virtual std::vector<BatchMetric> batch_metrics(const torch::Tensor& output, const torch::Tensor& y);
  /// A trial whose model has more fails as too large; 0: any.
  virtual std::int64_t max_parameters() const { return 0; }
  /// Before a trial is trained in this process: from the start, or on from context.first_epoch() (in its next
  /// rung, or after a stop). Of several executions, each.
  virtual void on_trial_begin(HyperParameters&, torch::nn::Sequential& /*model*/, FitContext&) {}
  /// After that, however it ended, unless something threw or the process died; `ending`: reached is the end
  /// of its rung.
  virtual void on_trial_end(torch::nn::Sequential& /*model*/, FitContext&, Ending /*ending*/) {}
  /// After each epoch, before it is reported: to change the learning rate of context.optimizer(), say.
  virtual void on_epoch_end(FitContext&, int /*epoch*/, const std::vector<Metric>&) {}

  // Where the above is not enough:

  /// An optimizer of LibTorch's or of one's own, in place of optimizer(), whose schedule and clip_norm hold
  /// for it all the same. It and its options go on from slot to slot through their `save`, `load` and
  /// `serialize`.
  virtual std::unique_ptr<torch::optim::Optimizer> make_optimizer(HyperParameters& hp,
                                                                  torch::nn::Sequential& model);
  /// The mean loss of a batch, in place of loss().
  virtual torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const;
  /// The forward half of a training step, on one batch: to augment x, mix samples, or add to the loss.
  /// Randomness has to come from LibTorch's generator, which goes on after a resume.
  virtual StepResult training_step(torch::nn::Sequential& model, const torch::Tensor& x,
                                   const torch::Tensor& y);
  /// The same for data with several inputs: x, and what else there is, in the order of Split::more.
  virtual StepResult training_step_of_inputs(torch::nn::Sequential& model,
                                             const std::vector<torch::Tensor>& inputs,
                                             const torch::Tensor& y);
  /// Trains. An override may change the data and call HyperModel::fit (what an exported model is to do, too,
  /// belongs into preparation()), or be a training loop of its own. Data and model are on context.device()
  /// (the test set is not: it is not for training). Samples that are read, or in the host's memory since the
  /// device has no room for them, have no x, but a dataset: see read_samples() of
  /// sibyl/streaming/dataset.hpp, or override training_step() in place of this.
  virtual void fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data, FitContext& context);

 private:
  friend class Execution;
  friend class TrainSteps;
  friend class Validation;
  /// Before a training: what its loss is.
  void take_loss(HyperParameters& hp, const Split& train, torch::Device device);
  /// Is the result that of this class's training_step() and compute_loss() for x, with nothing done around
  /// them?
  bool took_own_step(const torch::Tensor& x, const StepResult& result) const;

  std::optional<Loss> loss_;  ///< of the latest training
  LossWeights weights_;
  std::optional<torch::Tensor> class_weights_;
  bool measures_epochs_ = true;  ///< as long as nobody has seen that epoch_metrics() is not overridden
  /// What the latest of these functions of this class were given and gave, to be told apart from others.
  const void *own_x_ = nullptr, *own_output_ = nullptr;
  mutable const void* own_loss_ = nullptr;
  std::optional<TargetRange> targets_;  ///< of the data that fit() is at, for compute_loss()
};

}  // namespace sibyl
