// A job whose samples are read when they are needed, slowly, for a model of two inputs. DIR/bad, where there
// is such a file, says which samples can't be read.
#include <sibyl/sibyl.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include <sibyl/data/split.hpp>
#include <sibyl/streaming/dataset.hpp>

namespace nn = torch::nn;

/// Points on two circles: x is where they are, more[0] how far out.
struct Circles : sibyl::Dataset {
  explicit Circles(const std::filesystem::path& folder) {
    std::ifstream file(folder / "bad");
    for (std::int64_t place = 0; file >> place;) bad.insert(place);
  }
  std::set<std::int64_t> bad;

  std::int64_t size() const override { return 320; }
  sibyl::Split batch(std::int64_t samples) const override {
    return {.x = torch::empty({samples, 2}),
            .y = torch::empty({samples}, torch::kLong),
            .more = {torch::empty({samples, 1})}};
  }
  void read(std::span<const std::int64_t> places, const sibyl::SampleRandom& random,
            const sibyl::Split& into) const override {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (bad.contains(places[i]))
        throw sibyl::BadSample(i, "point " + std::to_string(places[i]) + " is torn");
      sibyl::RandomStream where(5, places[i]);
      const double angle = 6.28 * where.uniform(),
                   out = 1 + static_cast<double>(places[i] % 2) + 0.3 * where.normal();
      const double noise = random.trains() ? 0.1 * random.of(places[i]).normal() : 0;
      const auto row = static_cast<std::int64_t>(i);
      into.x[row][0] = out * std::cos(angle) + noise;
      into.x[row][1] = out * std::sin(angle);
      into.more[0][row][0] = out;
      into.y[row] = places[i] % 2;
    }
  }
  std::vector<std::int64_t> parts() const override { return {0, 100, 200, 300}; }
  std::int64_t window() const override { return 2; }
  std::string describe() const override { return "points on two circles"; }
};

struct BothImpl : nn::Module {
  explicit BothImpl(std::int64_t units) {
    place = register_module("place", nn::Linear(2, units));
    length = register_module("length", nn::Linear(1, units));
  }
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& out) {
    return torch::relu(place(x) + length(out));
  }
  nn::Linear place{nullptr}, length{nullptr};
};
TORCH_MODULE(Both);

struct Streamed : sibyl::HyperModel {
  nn::Sequential build(sibyl::HyperParameters& hp) override {
    const auto units = hp.Int("units", 4, 32);
    return nn::Sequential(Both(units), nn::Linear(units, 2));
  }
  sibyl::Optimizer optimizer(sibyl::HyperParameters& hp) override {
    return {.learning_rate = hp.Float("learning_rate", 1e-3, 1e-1, {.sampling = sibyl::Sampling::log})};
  }
  sibyl::Objective objective() const override { return sibyl::Objective::parse("val_accuracy"); }
  sibyl::Data data(const sibyl::DataOptions& options) override {
    return sibyl::split(sibyl::streamed(std::make_shared<Circles>(options.directory)),
                        {.validation = 0.2, .test = 0.1}, options.seed);
  }
};

int main(int argc, char** argv) {
  return sibyl::run<Streamed>(argc, argv);
}
