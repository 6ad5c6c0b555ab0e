// Tunes a network of two inputs, which looks at two pictures of Fashion-MNIST and says whether they show the
// same kind of clothes: one encoder for both (a siamese network).
//
//     mpirun -n 3 fashion_pairs --output runs/pairs --max-epochs 9
#include <sibyl/sibyl.hpp>

#include <sibyl/data/fashion_mnist.hpp>
#include <sibyl/random.hpp>

namespace nn = torch::nn;

/// Two pictures as bytes, (samples, 28, 28) each; the distance between their codes, feature by feature:
/// (samples, units).
struct PairImpl : nn::Module {
  PairImpl(const std::string& kind, std::int64_t layers, std::int64_t units) {
    encoder = register_module("encoder", nn::Sequential());
    std::int64_t inputs = 28 * 28;
    if (kind == "convolutions") {
      for (std::int64_t from = 1; const std::int64_t to : {8, 16}) {
        encoder->push_back(nn::Conv2d(nn::Conv2dOptions(from, to, 3).padding(1)));
        encoder->push_back(nn::ReLU());
        encoder->push_back(nn::MaxPool2d(2));
        from = to;
      }
      inputs = 16 * 7 * 7;
    }
    encoder->push_back(nn::Flatten());
    for (std::int64_t i = 0; i < layers; ++i, inputs = units) {
      encoder->push_back(nn::Linear(inputs, units));
      if (i + 1 < layers) encoder->push_back(nn::ReLU());
    }
  }

  torch::Tensor forward(const torch::Tensor& one, const torch::Tensor& other) {
    const auto code = [&](const torch::Tensor& pictures) {
      return encoder->forward(pictures.unsqueeze(1).to(torch::kFloat) / 255);
    };
    return (code(one) - code(other)).abs();
  }

  nn::Sequential encoder{nullptr};
};
TORCH_MODULE(Pair);

struct FashionPairs : sibyl::HyperModel {
  nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto kind = hp.Choice("encoder", {"layers", "convolutions"});
    const auto layers = hp.Int("layers", 1, 3);
    const auto units = hp.Int("units", 16, 128, {.sampling = sibyl::Sampling::log});
    nn::Sequential model(Pair(kind, layers, units), nn::Linear(units, 2));
    sibyl::glorot_uniform(*model);
    return model;
  }

  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.kind = "adam",
            .learning_rate = hp.Float("learning_rate", 1e-4, 1e-2, {.sampling = sibyl::Sampling::log})};
  }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    sibyl::Data data = sibyl::fashion_mnist(options);
    std::int64_t part = 0;
    for (sibyl::Split* each : {&data.train, &data.validation, &data.test})
      pair_up(*each, options.seed, part++);
    data.class_names = {"different", "same"};
    data.preparation = {};  // the network takes the bytes
    return data;
  }

  bool reads_once() const override { return true; }

 private:
  /// Each picture with one of the same part: in equal shares of the same kind or of any other that is there.
  static void pair_up(sibyl::Split& part, std::uint64_t seed, std::int64_t number) {
    std::vector<std::vector<std::int64_t>> places(10);
    const auto* kinds = part.y.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < part.size(); ++i) places[kinds[i]].push_back(i);
    std::vector<std::int64_t> partners;
    for (std::int64_t i = 0; i < part.size(); ++i) {
      sibyl::RandomStream random(seed, "pair", number, i);
      const std::vector<std::int64_t>* among = &places[kinds[i]];
      if (random.below(2) == 0) {
        const auto& other = places[(kinds[i] + 1 + random.below(9)) % 10];
        if (!other.empty()) among = &other;
      }
      partners.push_back((*among)[random.below(among->size())]);
    }
    const torch::Tensor others = torch::tensor(partners);
    part.x = (part.x * 255).round().to(torch::kByte).view({-1, 28, 28});
    part.more = {part.x.index_select(0, others)};
    part.y = (part.y == part.y.index_select(0, others)).to(torch::kLong);
  }
};

int main(int argc, char** argv) {
  return sibyl::run<FashionPairs>(argc, argv);
}
