// Tunes a small convolutional network on CIFAR-10. Weights begin, and Adam divides, as in Keras:
//
//     mpirun -n 5 cifar10_cnn --data cifar-10-batches-bin --output runs/cifar10 --max-epochs 27
#include <sibyl/sibyl.hpp>

#include <sibyl/data/cifar.hpp>

namespace nn = torch::nn;

struct Cifar10Cnn : sibyl::HyperModel {
  nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto filters = hp.Int("filters", 10, 40, {.step = 10});
    const auto kernel = hp.Int("kernel", 2, 5);
    const auto units = hp.Int("units", 50, 200, {.step = 50});
    const auto side = ((32 - kernel + 1) / 2 - kernel + 1) /
                      2;  // of what two convolutions, each pooled, leave of a picture
    nn::Sequential model(nn::Conv2d(3, filters, kernel), nn::ReLU(), nn::MaxPool2d(2),        //
                         nn::Conv2d(filters, filters, kernel), nn::ReLU(), nn::MaxPool2d(2),  //
                         nn::Flatten(), nn::Linear(filters * side * side, units), nn::ReLU(),
                         nn::Linear(units, 10));
    sibyl::glorot_uniform(*model);
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adam", .learning_rate = hp.Choice("learning_rate", {1e-2, 1e-3, 1e-4}), .epsilon = 1e-7};
  }

  int batch_size(sibyl::HyperParameters&) override { return 64; }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override { return sibyl::cifar10(options); }
  bool reads_once() const override { return true; }
};

int main(int argc, char** argv) {
  return sibyl::run<Cifar10Cnn>(argc, argv);
}
