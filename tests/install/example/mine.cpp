// A job that lives outside Sibyl's tree: which of three blobs does a point belong to?
#include <sibyl/sibyl.hpp>

#include <sibyl/data/split.hpp>

struct Mine : sibyl::HyperModel {
  torch::nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto units = hp.Int("units", 4, 32);
    return torch::nn::Sequential(torch::nn::Linear(2, units), torch::nn::ReLU(), torch::nn::Linear(units, 3));
  }

  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }

  sibyl::Data data(const sibyl::DataOptions& options) override {
    torch::manual_seed(options.seed);
    const auto y = torch::arange(300).remainder(3);
    const auto x = torch::randn({300, 2}) + 3 * torch::stack({y.eq(1), y.eq(2)}, 1);
    return sibyl::split(sibyl::samples(x, y, "the blobs"), {.validation = 0.2, .test = 0.2}, options.seed);
  }
};

int main(int argc, char** argv) {
  return sibyl::run<Mine>(argc, argv);
}
