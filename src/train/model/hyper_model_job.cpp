#include "train/model/hyper_model_job.hpp"

#include <torch/version.h>

#include "sibyl/sibyl.hpp"
#include "train/loop/trial_trainer.hpp"
#include "train/model/retrain.hpp"

namespace sibyl {

namespace {

/// Looking at a model must not change what is trained afterwards.
class GeneratorGuard {
 public:
  GeneratorGuard() {
    const std::lock_guard lock(generator_.mutex());
    state_ = generator_.get_state();
  }
  ~GeneratorGuard() {
    const std::lock_guard lock(generator_.mutex());
    generator_.set_state(state_);
  }
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;

 private:
  at::Generator generator_ = at::globalContext().defaultGenerator(at::Device(at::kCPU));
  at::Tensor state_;
};

}  // namespace

std::unique_ptr<Job> make_job(std::shared_ptr<HyperModel> model) {
  return std::make_unique<HyperModelJob>(std::move(model));
}

HyperModelJob::HyperModelJob(std::shared_ptr<HyperModel> model) : model_(std::move(model)) {}

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
    const GeneratorGuard guard;
    torch::nn::Sequential model = model_->build(hp);
    model_->make_optimizer(hp, model);
    // Also where an override does not: schedule, clip_norm and precision hold for whatever is overridden.
    model_->optimizer(hp);
    model_->batch_size(hp);
    model_->micro_batch_size(hp);
    model_->precision(hp);
  };
}

std::unique_ptr<Trainer> HyperModelJob::make_trainer(const TrainerOptions& options) {
  return std::make_unique<TrialTrainer>(model_, options);
}

WorkerJoined HyperModelJob::describe_worker(const TrainerOptions& options) {
  return sibyl::describe_worker(choose_device(options), options);
}

std::vector<Metric> HyperModelJob::retrain(const Suggestion& suggestion, const TrainerOptions& options,
                                           Reporter& reporter) {
  return sibyl::retrain(*model_, suggestion, options, reporter);
}

int HyperModelJob::export_model(const Suggestion& suggestion, const TrainerOptions& options, Weights weights,
                                const std::filesystem::path& file) {
  return sibyl::export_model(*model_, suggestion, options, weights, file);
}

std::int64_t HyperModelJob::checkpoint_bytes() {
  const GeneratorGuard guard;
  HyperParameters hp;
  const torch::nn::Sequential model = model_->build(hp);
  std::int64_t bytes = 0;
  for (const torch::Tensor& each : model->parameters()) bytes += 4 * each.numel() * each.element_size();
  for (const torch::Tensor& each : model->buffers()) bytes += each.numel() * each.element_size();
  return bytes;
}

std::map<std::string, std::string> HyperModelJob::versions() const {
  return {{"libtorch", TORCH_VERSION}};
}

}  // namespace sibyl
