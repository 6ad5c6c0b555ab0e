// Tunes a LeNet on CIFAR-10: two 5x5 convolutions and a dense layer, whose sizes are searched one by one.
// Weights begin, and Adam divides, as in Keras:
//
//     mpirun -n 5 cifar10_cnn2 --data cifar-10-batches-bin --output runs/cifar10 --max-epochs 27
#include <sibyl/sibyl.hpp>

#include <sibyl/data/cifar.hpp>

namespace nn = torch::nn;

struct Cifar10Cnn2 : sibyl::HyperModel {
  nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto first = hp.Int("filters_1", 8, 64, {.step = 4});
    const auto second = hp.Int("filters_2", 8, 64, {.step = 4});
    const auto dropout = hp.Float("dropout", 0, 0.5, {.step = 0.1, .may_change = true});
    const auto units = hp.Int("units", 4, 216, {.step = 4});
    nn::Sequential model(nn::Conv2d(3, first, 5), nn::ReLU(), nn::MaxPool2d(2),       // 32 -> 28 -> 14
                         nn::Conv2d(first, second, 5), nn::ReLU(), nn::MaxPool2d(2),  // 14 -> 10 -> 5
                         nn::Flatten(), nn::Dropout(dropout),                         //
                         nn::Linear(second * 5 * 5, units), nn::ReLU(), nn::Linear(units, 10));
    sibyl::glorot_uniform(*model);
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adam",
            .learning_rate =
                hp.Float("learning_rate", 1e-4, 1e-2, {.sampling = sibyl::Sampling::log, .may_change = true}),
            .epsilon = 1e-7};
  }

  int batch_size(sibyl::HyperParameters&) override { return 64; }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override { return sibyl::cifar10(options); }
  bool reads_once() const override { return true; }
};

int main(int argc, char** argv) {
  return sibyl::run<Cifar10Cnn2>(argc, argv);
}
