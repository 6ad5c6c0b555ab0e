// A job with a training loop of its own: nobody knows what it measures before it trains.
#include <sibyl/sibyl.hpp>

#include <sibyl/data/fashion_mnist.hpp>

struct OwnFit : sibyl::HyperModel {
  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto units = hp.Int("units", 8, 16);
    return torch::nn::Sequential(torch::nn::Linear(28 * 28, units), torch::nn::ReLU(),
                                 torch::nn::Linear(units, 10));
  }

  void fit(sibyl::HyperParameters& hp, torch::nn::Sequential& model, const sibyl::Data& data,
           sibyl::FitContext& context) override {
    HyperModel::fit(hp, model, data, context);
  }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override { return sibyl::fashion_mnist(options); }
};

int main(int argc, char** argv) {
  return sibyl::run<OwnFit>(argc, argv);
}
