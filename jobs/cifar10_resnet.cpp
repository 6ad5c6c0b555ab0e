// Tunes a residual network (He et al. 2016) on CIFAR-10, as KerasTuner's HyperResNet and HyperImageAugment
// do: how deep and wide, with how much augmentation, mixup and label smoothing; a one-cycle rate; bf16 on
// GPUs that compute with it:
//
//     mpirun -n 5 cifar10_resnet --data cifar-10-batches-bin --output runs/resnet --max-epochs 27
#include <sibyl/sibyl.hpp>

#include <sibyl/data/augment.hpp>
#include <sibyl/data/cifar.hpp>
#include <sibyl/data/split.hpp>

namespace nn = torch::nn;

nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

/// Two convolutions, whose result is added to what they take.
struct BlockImpl : nn::Module {
  BlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride) {
    way =
        register_module("way", nn::Sequential(convolution(in, out, 3, stride), nn::BatchNorm2d(out),
                                              nn::ReLU(), convolution(out, out, 3, 1), nn::BatchNorm2d(out)));
    shortcut = register_module("shortcut", nn::Sequential());
    if (in != out || stride != 1) {
      shortcut->push_back(convolution(in, out, 1, stride));
      shortcut->push_back(nn::BatchNorm2d(out));
    }
  }
  torch::Tensor forward(const torch::Tensor& x) {
    return torch::relu(way->forward(x) + (shortcut->is_empty() ? x : shortcut->forward(x)));
  }
  nn::Sequential way{nullptr}, shortcut{nullptr};
};
TORCH_MODULE(Block);

struct Cifar10ResNet : sibyl::HyperModel {
  sibyl::Augment augmentation;
  double alpha = 0;  // of mixup

  nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto width =
        hp.Int("width", 16, 64, {.step = 16});  // of the first stage; each has twice the one before
    const auto depth = hp.Int("blocks", 1, 3);  // of a stage
    const auto stages = hp.Int("stages", 2, 4, {.default_value = 3});
    augmentation = {.flip = hp.Boolean("flip", true), .shift = hp.Int("shift", 0, 4, {.default_value = 4})};
    alpha = hp.Choice("mixup", {0.0, 0.2});
    nn::Sequential model(convolution(3, width, 3, 1), nn::BatchNorm2d(width), nn::ReLU());
    auto channels = width;
    for (std::int64_t stage = 0; stage < stages; ++stage)
      for (std::int64_t block = 0; block < depth; ++block) {
        const bool halves = stage > 0 && block == 0;
        model->push_back(Block(channels, halves ? 2 * channels : channels, halves ? 2 : 1));
        if (halves) channels *= 2;
      }
    model->push_back(nn::AdaptiveAvgPool2d(1));
    model->push_back(nn::Flatten());
    model->push_back(nn::Linear(channels, 10));
    sibyl::initialise(*model, "he_normal");
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "sgd",
            .learning_rate = hp.Float("learning_rate", 0.01, 0.5,
                                      {.sampling = sibyl::Sampling::log, .default_value = 0.1}),
            .momentum = 0.9,
            .weight_decay = hp.Float("weight_decay", 1e-5, 1e-2,
                                     {.sampling = sibyl::Sampling::log, .default_value = 5e-4}),
            .nesterov = true,
            .schedule = {.kind = "one_cycle"}};
  }

  sibyl::StepResult training_step(nn::Sequential& model, const torch::Tensor& x,
                                  const torch::Tensor& y) override {
    const auto pictures = sibyl::augmented(x, augmentation);
    if (alpha == 0) return HyperModel::training_step(model, pictures, y);
    const auto mixed = sibyl::mixup(pictures, y, alpha);
    const auto output = model->forward(mixed.x);
    return {.loss = mixed.loss([&](const torch::Tensor& its_y) { return compute_loss(output, its_y); }),
            .output = output};
  }

  int batch_size(sibyl::HyperParameters& hp) override {
    return static_cast<int>(hp.Choice("batch_size", {64, 128}));
  }
  sibyl::Precision precision(sibyl::HyperParameters&) override { return sibyl::Precision::mixed; }
  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }
  sibyl::Data data(const sibyl::DataOptions& options) override {
    return sibyl::standardised(sibyl::cifar10(options));
  }
  bool reads_once() const override { return true; }
};

int main(int argc, char** argv) {
  return sibyl::run<Cifar10ResNet>(argc, argv);
}
