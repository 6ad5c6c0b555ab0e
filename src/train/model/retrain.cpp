#include "train/model/retrain.hpp"

#include <array>

#include "core/training/metric_checks.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "train/checkpoint/best_weights.hpp"
#include "train/checkpoint/checkpoint.hpp"
#include "train/device/compute.hpp"
#include "train/device/device.hpp"
#include "train/loop/execution.hpp"
#include "train/loop/folds.hpp"
#include "train/loop/load_data.hpp"
#include "train/model/forward.hpp"
#include "train/model/torchscript.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

/// Passes reports on and remembers the last.
class LastReport : public Reporter {
 public:
  explicit LastReport(Reporter& next) : next_(next) {}
  void found(HyperparametersFound found) override { next_.found(std::move(found)); }
  void epoch(EpochReported report) override {
    metrics = report.metrics;
    next_.epoch(std::move(report));
  }
  Order order() override { return next_.order(); }
  std::vector<Metric> metrics;

 private:
  Reporter& next_;
};

std::string renamed(const std::string& metric) {
  return metric.starts_with("val_") ? "test_" + metric.substr(4) : metric;
}

}  // namespace

Retrained retrain(HyperModel& model, const Suggestion& suggestion, TrainerOptions options,
                  Reporter& reporter) {
  options.patience = 0;  // how long to train is known
  options.checkpoint_seconds = 0;
  options.faults = {};
  const c10::Device device = choose_device(options).device;
  if (options.deterministic) use_deterministic_algorithms();
  const ComputeScope scope(device, options.threads);
  require_working(device);
  std::filesystem::remove_all(options.checkpoints / checkpoint_folder(suggestion.slot.trial));
  Data data = load_data(model, options);
  std::string note;
  const Placement placement = choose_placement(data, options, device, note);
  const Split test = placed(data.test, placement, device);
  data.train = placed(join(data.train, data.validation), placement, device);
  data.validation = placed(data.validation, placement, device);
  data.test = {};

  LastReport last(reporter);
  Retrained retrained{.metrics = {}, .confusion = {}, .class_names = data.class_names};
  const auto train_to = [&](int epoch) {
    Suggestion part = suggestion;
    part.slot.first_epoch = suggestion.slot.last_epoch == epoch ? epoch - 1 : suggestion.slot.first_epoch;
    part.slot.last_epoch = epoch;
    HyperParameters hp(part.hyperparameters, options.seed, part.slot.trial);
    Execution execution(model, options, part, /*execution=*/0, device, data, hp, last);
    if (epoch == suggestion.slot.last_epoch && test.size() > 0)
      execution.count_confusion(&retrained.confusion);
    const ExecutionEnd end = execution.run();
    if (end.ending != Ending::reached)
      throw Error("trial " + std::to_string(part.slot.trial) +
                  " failed when it was trained again: " + end.message);
  };
  if (suggestion.slot.last_epoch > suggestion.slot.first_epoch + 1) train_to(suggestion.slot.last_epoch - 1);
  if (test.size() > 0) data.validation = test;
  train_to(suggestion.slot.last_epoch);

  for (const Metric& metric : last.metrics)
    if ((test.size() > 0 || !metric.name.starts_with("val_")) && !is_of_training(metric))
      retrained.metrics.push_back({renamed(metric.name), metric.value});
  return retrained;
}

ExportedModel export_model(HyperModel& hyper_model, const Suggestion& suggestion,
                           const TrainerOptions& options, Weights weights,
                           const std::filesystem::path& file) {
  const ComputeScope scope(c10::kCPU, options.threads);
  // First: a job may build what its data asks for.
  Data data = load_data(hyper_model, options);
  // What the training was prepared by.
  if (weights == Weights::last_epoch)
    data.train = join(data.train, data.validation);
  else if (options.folds > 1)
    data.train = Folds(data, options.folds, options.seed).of(/*execution=*/0).train;
  HyperParameters hp(suggestion.hyperparameters, options.seed, suggestion.slot.trial);
  const std::vector<ArrayStep> own_steps =
      fit_steps(hyper_model.preparation(hp), look_at(data.train, samples_to_fit).x);
  torch::nn::Sequential model = hyper_model.build(hp);
  const auto optimizer = hyper_model.make_optimizer(hp, model);
  std::string why;
  auto checkpoint = Checkpoint::read(
      checkpoint_path(options.checkpoints, suggestion.slot.trial, /*execution=*/0),
      {.seed = options.seed, .trial = suggestion.slot.trial, .execution = 0, .hyperparameters = hp.values()},
      c10::kCPU, why);
  if (!checkpoint) throw Error(why);
  std::vector<at::Tensor> best, average;
  checkpoint->restore(
      {.model = *model, .optimizer = *optimizer, .device = c10::kCPU, .best = best, .average = average});
  if (weights == Weights::last_epoch) best.clear();
  const TrainingProgress& progress = checkpoint->progress();
  const int epoch = best.empty() ? progress.epoch : progress.early_stopping.best_epoch;
  if (best.empty()) keep_weights(*model, average, best);
  restore_weights(*model, best);
  const std::array<std::int64_t, 2> first{0, std::min<std::int64_t>(1, data.train.size() - 1)};
  std::vector<at::Tensor> example = inputs_of(read_samples(data.train, first));
  example[0] = apply_steps(own_steps, example[0]);
  auto& steps = data.preparation.steps;
  steps.insert(steps.end(), own_steps.begin(), own_steps.end());
  model->eval();
  const ModelDescription description =
      describe_model(hyper_model.loss(hp), data, forward_all(model, example));
  save_torchscript(*model, example, description, file);
  return {.epoch = epoch, .description = to_json(description)};
}

}  // namespace sibyl
