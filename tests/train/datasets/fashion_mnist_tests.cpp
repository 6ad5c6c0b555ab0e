#include "sibyl/data/fashion_mnist.hpp"

#include <torch/torch.h>

#include "sibyl/error.hpp"
#include "train/datasets/idx_files.hpp"
#include "train/datasets/temporary_folder.hpp"
// Last: LibTorch has a CHECK of its own.
#include "catch.hpp"

using namespace sibyl;

namespace {

/// Images of one pixel by two; the pixels are the number of the image, so that each can be told.
void write_part(const std::filesystem::path& folder, const std::string& part, std::uint8_t samples) {
  std::vector<std::uint8_t> pixels, labels;
  for (std::uint8_t i = 0; i < samples; ++i) {
    pixels.insert(pixels.end(), {i, 255});
    labels.push_back(i % 10);
  }
  write_gzipped(folder / (part + "-images-idx3-ubyte.gz"), idx_bytes({samples, 1, 2}, pixels));
  write_plain(folder / (part + "-labels-idx1-ubyte"), idx_bytes({samples}, labels));
}

struct TinySet : TemporaryFolder {
  TinySet() {
    write_part(path(), "train", 60);
    write_part(path(), "t10k", 20);
  }
};

}  // namespace

TEST_CASE("Images become rows of floats from 0 to 1, and the training set is split without loss") {
  const TinySet files;
  const Data data = mnist_like(files.path(), 1);
  CHECK(data.train.x.sizes() == at::IntArrayRef({50, 2}));
  CHECK(data.validation.x.sizes() == at::IntArrayRef({10, 2}));
  CHECK(data.test.x.sizes() == at::IntArrayRef({20, 2}));
  CHECK(data.train.x.scalar_type() == at::kFloat);
  CHECK(data.train.y.scalar_type() == at::kLong);
  CHECK(data.test.x[5][0].item<float>() == 5 / 255.0f);
  CHECK(data.test.x[5][1].item<float>() == 1);
  CHECK(data.test.y[15].item<int>() == 5);

  const auto numbers =
      (torch::cat({data.train.x, data.validation.x}).select(1, 0) * 255).round().to(at::kLong);
  CHECK(torch::equal(std::get<0>(numbers.sort()), torch::arange(60)));
  CHECK(torch::equal(numbers % 10,
                     torch::cat({data.train.y, data.validation.y})));  // labels stay with their images
}

TEST_CASE("The split of the training set depends on the seed alone") {
  const TinySet files;
  const auto validation = [&](std::uint64_t seed) { return mnist_like(files.path(), seed).validation.x; };
  const auto first = validation(1);
  torch::rand({100});
  CHECK(torch::equal(first, validation(1)));
  CHECK_FALSE(torch::equal(first, validation(2)));
}

TEST_CASE("A data set that is not there is an error that says where to get it") {
  const TemporaryFolder empty;
  CHECK_THROWS_AS(fashion_mnist({.directory = empty.path(), .seed = 1}), Error);
  CHECK_THROWS_WITH(fashion_mnist({.directory = empty.path(), .seed = 1}),
                    ContainsSubstring("train-images-idx3-ubyte") &&
                        ContainsSubstring(empty.path().string()) &&
                        ContainsSubstring("apt-get install dataset-fashion-mnist") &&
                        ContainsSubstring("https://github.com/zalandoresearch/fashion-mnist"));
  const TinySet files;
  std::filesystem::remove(files.path() / "t10k-labels-idx1-ubyte");
  CHECK_THROWS_WITH(mnist_like(files.path(), 1), ContainsSubstring("t10k-labels-idx1-ubyte"));
}

TEST_CASE("Labels that don't go with the images are refused") {
  const TinySet files;
  const auto labels = files.path() / "t10k-labels-idx1-ubyte";
  write_plain(labels, idx_bytes({3}, {1, 2, 3}));
  CHECK_THROWS_WITH(mnist_like(files.path(), 1), ContainsSubstring("has 3 labels for the 20 images"));
  std::vector<std::uint8_t> wrong(20, 1);
  wrong[7] = 10;
  write_plain(labels, idx_bytes({20}, wrong));
  CHECK_THROWS_WITH(mnist_like(files.path(), 1), ContainsSubstring("label 7 is 10, which is out of range"));
}

TEST_CASE("Too few samples to validate with are refused") {
  const TinySet files;
  write_part(files.path(), "train", 5);
  CHECK_THROWS_WITH(mnist_like(files.path(), 1), ContainsSubstring("too few"));
  CHECK_THROWS_WITH(fashion_mnist({.directory = files.path(), .seed = 1}), ContainsSubstring("too few"));
}
