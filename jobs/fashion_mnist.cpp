// Tunes a multi-layer perceptron on Fashion-MNIST. Weights begin, and Adam divides, as in Keras
// (Glorot-uniform, epsilon 1e-7): what a search finds there holds here.
//
//     mpirun -n 5 fashion_mnist --output runs/fmnist --sampler random --scheduler hyperband --max-epochs 27
#include <sibyl/sibyl.hpp>

#include <sibyl/data/fashion_mnist.hpp>

struct FashionMnist : sibyl::HyperModel {
  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto layers = hp.Int("n_hidden", 0, 8, {.default_value = 2});
    const auto neurons = hp.Int("n_neurons", 16, 256, {.default_value = 128});
    const auto dropout = hp.Fixed("dropout", 0.0);
    torch::nn::Sequential model;
    std::int64_t inputs = 28 * 28;
    for (std::int64_t i = 0; i < layers; ++i) {
      model->push_back(torch::nn::Linear(inputs, neurons));
      model->push_back(torch::nn::ReLU());
      if (dropout > 0) model->push_back(torch::nn::Dropout(dropout));
      inputs = neurons;
    }
    model->push_back(torch::nn::Linear(inputs, 10));
    sibyl::glorot_uniform(*model);
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = hp.Choice("optimizer", {"sgd", "adam"}),
            .learning_rate =
                hp.Float("learning_rate", 1e-4, 1e-2, {.sampling = sibyl::Sampling::log, .may_change = true}),
            .epsilon = 1e-7};
  }

  int batch_size(sibyl::HyperParameters&) override { return 64; }

  // How the data is prepared can be searched too, and goes with the exported model.
  sibyl::InputPreparation preparation(sibyl::HyperParameters& hp) override {
    return {.scaling = hp.Boolean("normalize") ? sibyl::Scaling::standardise : sibyl::Scaling::none,
            .each_feature = false};
  }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override { return sibyl::fashion_mnist(options); }
  bool reads_once() const override { return true; }
};

int main(int argc, char** argv) {
  return sibyl::run<FashionMnist>(argc, argv);
}
