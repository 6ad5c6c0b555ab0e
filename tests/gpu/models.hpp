#pragma once
// What the programs of this folder train: synthetic data with a pattern in it, and the two networks that
// README's jobs search over.
#include <torch/torch.h>

#include <functional>
#include <map>
#include <string>

#include "train/loop/trial_trainer.hpp"

namespace check {

namespace nn = torch::nn;

struct Case {
  std::vector<std::int64_t> sample;
  std::int64_t samples, batch;
  std::function<nn::Sequential()> build;
};

inline const std::map<std::string, Case>& cases() {
  static const std::map<std::string, Case> all = {
      {"mlp",
       {{784},
        50000,
        64,
        [] {
          return nn::Sequential(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 128), nn::ReLU(),
                                nn::Linear(128, 10));
        }}},
      {"cnn",
       {{3, 32, 32},
        12800,
        64,
        [] {  // jobs/cifar10_cnn.cpp with filters 20, kernel 3, units 100
          return nn::Sequential(nn::Conv2d(3, 20, 3), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(20, 20, 3),
                                nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(20 * 6 * 6, 100),
                                nn::ReLU(), nn::Linear(100, 10));
        }}},
      {"cnn2",
       {{3, 32, 32},
        12800,
        64,
        [] {  // jobs/cifar10_cnn2.cpp with 32, 64 filters, dropout 0.2, units 128
          return nn::Sequential(nn::Conv2d(3, 32, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(32, 64, 5),
                                nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Dropout(0.2),
                                nn::Linear(64 * 5 * 5, 128), nn::ReLU(), nn::Linear(128, 10));
        }}},
      {"dropout",
       {{64},
        1000,
        32,
        [] {
          return nn::Sequential(nn::Linear(64, 64), nn::BatchNorm1d(64), nn::ReLU(), nn::Dropout(0.3),
                                nn::Linear(64, 10));
        }}},
      {"iris",
       {{4},
        96,
        16,
        [] {
          return nn::Sequential(nn::Linear(4, 32), nn::ReLU(), nn::Linear(32, 8), nn::ReLU(),
                                nn::Linear(8, 3));
        }}},
  };
  return all;
}

/// Ten classes (of iris three) about random centres; on the CPU, the same everywhere.
inline sibyl::Split blobs(const Case& of, std::int64_t samples, std::int64_t classes = 10) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
  auto sizes = of.sample;
  const std::int64_t inputs = c10::multiply_integers(sizes);
  sizes.insert(sizes.begin(), samples);
  const auto y = torch::randint(0, classes, {samples}, generator, torch::TensorOptions(torch::kLong));
  const auto centres = torch::rand({classes, inputs}, generator, torch::TensorOptions(torch::kFloat));
  const auto x = (centres.index_select(0, y) +
                  torch::rand({samples, inputs}, generator, torch::TensorOptions(torch::kFloat)))
                     .mul(0.5);
  return {.x = x.reshape(sizes), .y = y};
}

struct Recorder : sibyl::Reporter {
  std::vector<sibyl::EpochReported> epochs;
  std::vector<double> ended;
  std::function<sibyl::Order()> say = [] { return sibyl::Order::go_on; };
  void found(sibyl::HyperparametersFound) override {}
  void epoch(sibyl::EpochReported report) override {
    epochs.push_back(std::move(report));
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    ended.push_back(static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec));
  }
  sibyl::Order order() override { return say(); }
};

}  // namespace check
