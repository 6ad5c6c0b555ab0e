#pragma once

#include <torch/torch.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "train/checkpoint/checkpoint.hpp"
#include "train/datasets/temporary_folder.hpp"
#include "train/loop/trial_trainer.hpp"

/// Small and quick, with everything that a resume could forget: dropout, the running means of batch
/// normalization, a last batch that is not full.
struct Blobs : sibyl::HyperModel {
  sibyl::Optimizer how;
  std::vector<at::Tensor> trained;  ///< the weights after the latest fit
  int steps = 0;                    ///< of training
  int validation = 50;              ///< samples

  torch::nn::Sequential build(sibyl::HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(4, 16), torch::nn::BatchNorm1d(16), torch::nn::ReLU(),
                                 torch::nn::Dropout(0.3), torch::nn::Linear(16, 3));
  }
  sibyl::Optimizer optimizer(sibyl::HyperParameters&) override { return how; }
  sibyl::Data data(const sibyl::DataOptions&) override {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(5);
    const auto split = [&](int samples) {
      const auto y = torch::randint(0, 3, {samples}, generator, torch::TensorOptions(torch::kLong));
      return sibyl::Split{.x = torch::randn({samples, 4}, generator) + y.unsqueeze(1), .y = y};
    };
    return {.train = split(150), .validation = split(validation), .test = {}};
  }
  torch::Tensor compute_loss(const torch::Tensor& output, const torch::Tensor& y) const override {
    if (output.requires_grad()) ++const_cast<Blobs*>(this)->steps;
    return HyperModel::compute_loss(output, y);
  }
  void fit(sibyl::HyperParameters& hp, torch::nn::Sequential& model, const sibyl::Data& data,
           sibyl::FitContext& context) override {
    HyperModel::fit(hp, model, data, context);
    trained.clear();
    for (const auto& tensor : model->parameters()) trained.push_back(tensor.detach().clone());
    for (const auto& tensor : model->buffers()) trained.push_back(tensor.detach().clone());
  }
};

/// Trains nothing: reports what the test says.
struct Scripted : Blobs {
  std::function<std::vector<sibyl::Metric>(int execution, int epoch)> script;
  std::vector<std::pair<int, int>> fitted;  ///< (execution, epoch)

  torch::nn::Sequential build(sibyl::HyperParameters&) override {
    return torch::nn::Sequential(torch::nn::Linear(4, 3));
  }
  void fit(sibyl::HyperParameters&, torch::nn::Sequential& model, const sibyl::Data&,
           sibyl::FitContext& context) override {
    for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
      if (context.cancelled()) return;
      fitted.emplace_back(context.execution(), epoch);
      const torch::NoGradGuard no_gradients;
      for (auto& tensor : model->parameters()) tensor.fill_(epoch);
      if (!context.report(epoch, script(context.execution(), epoch))) return;
    }
  }
};

/// val_loss by epoch, the same for every execution.
inline auto val_losses(std::vector<double> values) {
  return [values](int, int epoch) {
    return std::vector<sibyl::Metric>{{"loss", 1.0},
                                      {"val_loss", values.at(static_cast<std::size_t>(epoch) - 1)}};
  };
}

struct Recorder : sibyl::Reporter {
  std::vector<sibyl::EpochReported> epochs;
  std::vector<sibyl::HyperparametersFound> finds;
  std::vector<char> sequence;  ///< 'f' and 'e'
  std::function<sibyl::Order()> say = [] { return sibyl::Order::go_on; };

  void found(sibyl::HyperparametersFound event) override {
    finds.push_back(std::move(event));
    sequence.push_back('f');
  }
  void epoch(sibyl::EpochReported report) override {
    epochs.push_back(std::move(report));
    sequence.push_back('e');
  }
  sibyl::Order order() override { return say(); }

  std::vector<int> numbers() const {
    std::vector<int> numbers;
    for (const auto& report : epochs) numbers.push_back(report.epoch);
    return numbers;
  }
};

/// Where the tests' trainers train: on the CPU, or where SIBYL_TEST_DEVICE says ("cuda").
inline std::string test_device() {
  const char* device = std::getenv("SIBYL_TEST_DEVICE");
  return device ? device : "cpu";
}

inline sibyl::TrainerOptions options(const std::filesystem::path& checkpoints = {}) {
  sibyl::TrainerOptions options;
  options.seed = 7;
  options.objective = {.metric = "val_loss", .direction = sibyl::Direction::minimize};
  options.checkpoints = checkpoints;
  options.device = test_device();
  return options;
}

inline sibyl::Suggestion slot(int first_epoch, int last_epoch, int executions = 1) {
  sibyl::Suggestion suggestion;
  suggestion.slot.trial = 3;
  suggestion.slot.first_epoch = first_epoch;
  suggestion.slot.last_epoch = last_epoch;
  suggestion.executions = executions;
  return suggestion;
}

/// A new worker's trainer, as after a restart.
template <class Model>
sibyl::TrialEnded train(const std::shared_ptr<Model>& model, const sibyl::TrainerOptions& options,
                        const sibyl::Suggestion& suggestion, Recorder& recorder) {
  return sibyl::TrialTrainer(model, options).train(suggestion, recorder);
}

inline bool same_bits(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!torch::equal(a[i], b[i])) return false;
  }
  return true;
}

/// Same executions, epochs and metrics, to the last bit (and not NaN).
inline bool same_metrics(const std::vector<sibyl::EpochReported>& a,
                         const std::vector<sibyl::EpochReported>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].execution != b[i].execution || a[i].epoch != b[i].epoch || a[i].metrics != b[i].metrics)
      return false;
  }
  return true;
}
