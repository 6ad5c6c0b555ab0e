#include "train/model/hyper_model_job.hpp"

#include <torch/version.h>

#include <algorithm>

#include "sibyl/sibyl.hpp"
#include "train/device/random_state.hpp"
#include "train/loop/trial_trainer.hpp"
#include "train/loop/validation.hpp"
#include "train/model/predict.hpp"
#include "train/model/retrain.hpp"

namespace sibyl {

std::unique_ptr<Job> make_job(std::shared_ptr<HyperModel> model, bool own_metrics) {
  return std::make_unique<HyperModelJob>(std::move(model), own_metrics);
}

HyperModelJob::HyperModelJob(std::shared_ptr<HyperModel> model, bool own_metrics)
    : model_(std::move(model)), own_metrics_(own_metrics) {}

Objective HyperModelJob::objective() const {
  return model_->objective();
}

SearchSpace HyperModelJob::search_space() {
  HyperParameters hp;
  questions()(hp);
  return hp.space();
}

std::function<void(HyperParameters&)> HyperModelJob::questions() {
  return [this](HyperParameters& hp) {
    const RandomStateGuard guard(at::kCPU);  // looking at a model changes nothing that is trained afterwards
    model_->preparation(hp);
    torch::nn::Sequential model = model_->build(hp);
    model_->make_optimizer(hp, model);
    // Also where an override does not: schedule, clip_norm and precision hold for whatever is overridden.
    model_->optimizer(hp);
    model_->batch_size(hp);
    model_->micro_batch_size(hp);
    model_->loss(hp);
    model_->precision(hp);
  };
}

std::unique_ptr<Trainer> HyperModelJob::make_trainer(const TrainerOptions& options) {
  return std::make_unique<TrialTrainer>(model_, options);
}

WorkerJoined HyperModelJob::describe_worker(const TrainerOptions& options) {
  return sibyl::describe_worker(choose_device(options), options);
}

Retrained HyperModelJob::retrain(const Suggestion& suggestion, const TrainerOptions& options,
                                 Reporter& reporter) {
  return sibyl::retrain(*model_, suggestion, options, reporter);
}

ExportedModel HyperModelJob::export_model(const Suggestion& suggestion, const TrainerOptions& options,
                                          Weights weights, const std::filesystem::path& file) {
  return sibyl::export_model(*model_, suggestion, options, weights, file);
}

std::vector<std::string> HyperModelJob::predict(const std::filesystem::path& model,
                                                const std::vector<std::string>& inputs,
                                                const std::filesystem::path& output) {
  return sibyl::predict(model, inputs, output);
}

std::int64_t HyperModelJob::checkpoint_bytes() {
  const RandomStateGuard guard(at::kCPU);
  HyperParameters hp;
  const torch::nn::Sequential model = model_->build(hp);
  std::int64_t bytes = 0;
  for (const torch::Tensor& each : model->parameters()) bytes += 4 * each.numel() * each.element_size();
  for (const torch::Tensor& each : model->buffers()) bytes += each.numel() * each.element_size();
  return bytes;
}

std::vector<std::string> HyperModelJob::possible_metrics() {
  std::vector<std::string> possible;
  if (own_metrics_) return possible;
  for (const LossKind::Kind kind : loss_kinds)
    for (const std::string& name : metric_names(model_->metrics({.kind = kind}), /*validates=*/true))
      if (std::find(possible.begin(), possible.end(), name) == possible.end()) possible.push_back(name);
  return possible;
}

std::map<std::string, std::string> HyperModelJob::versions() const {
  return {{"libtorch", TORCH_VERSION}};
}

}  // namespace sibyl
