#include "train/datasets/fashion_mnist.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "train/datasets/idx.hpp"

namespace sibyl {

namespace {

namespace fs = std::filesystem;

constexpr const char* debian = "/usr/share/datasets/fashion-mnist";
constexpr const char* first_file = "train-images-idx3-ubyte";

/// The file, gzipped or plain; an empty path when there is neither.
fs::path find(const fs::path& directory, const std::string& name) {
  for (const char* suffix : {".gz", ""}) {
    fs::path path = directory / (name + suffix);
    if (fs::is_regular_file(path)) return path;
  }
  return {};
}

fs::path find_or_throw(const fs::path& directory, const std::string& name) {
  if (fs::path path = find(directory, name); !path.empty()) return path;
  throw Error(
      "There is no " + name + "[.gz] in " + directory.string() +
      ". Fashion-MNIST comes with `apt-get install dataset-fashion-mnist` (into " + debian +
      "), or from https://github.com/zalandoresearch/fashion-mnist: put its four files into a directory and "
      "say --data DIRECTORY.");
}

fs::path default_directory() {
  if (const char* data = std::getenv("SIBYL_DATA"); data && *data) {
    if (fs::path directory = fs::path(data) / "fashion-mnist"; !find(directory, first_file).empty())
      return directory;
  }
  return debian;
}

Split read(const fs::path& directory, const std::string& part) {
  const fs::path image_file = find_or_throw(directory, part + "-images-idx3-ubyte");
  const fs::path label_file = find_or_throw(directory, part + "-labels-idx1-ubyte");
  const IdxArray images = read_idx(image_file, 3);
  const IdxArray labels = read_idx(label_file, 1);
  const std::int64_t samples = images.sizes[0];
  if (labels.sizes[0] != samples) {
    throw Error(label_file.string() + ": has " + std::to_string(labels.sizes[0]) + " labels for the " +
                std::to_string(samples) + " images of " + image_file.string());
  }
  const auto wrong =
      std::find_if(labels.bytes.begin(), labels.bytes.end(), [](auto label) { return label > 9; });
  if (wrong != labels.bytes.end()) {
    throw Error(label_file.string() + ": label " + std::to_string(wrong - labels.bytes.begin()) + " is " +
                std::to_string(*wrong) + ", which is out of range: there are ten classes, 0 to 9");
  }
  const auto tensor = [](const IdxArray& array, at::IntArrayRef sizes) {
    return at::from_blob(const_cast<std::uint8_t*>(array.bytes.data()), sizes, at::kByte);
  };
  return {.x = tensor(images, {samples, images.sizes[1] * images.sizes[2]}).to(at::kFloat).div_(255),
          .y = tensor(labels, {samples}).to(at::kLong)};
}

}  // namespace

Data mnist_like(const fs::path& directory, std::uint64_t seed) {
  const Split all = read(directory, "train");
  const std::int64_t validation = all.size() / 6;
  if (validation == 0) {
    throw Error(directory.string() + ": has " + std::to_string(all.size()) +
                " training samples, too few to take a sixth of them for validation");
  }
  at::Tensor order = at::arange(all.size(), at::kLong);
  auto* const places = order.data_ptr<std::int64_t>();
  RandomStream random(seed, "validation split");
  for (std::int64_t i = all.size() - 1; i > 0; --i) {
    std::swap(places[i], places[random.below(static_cast<std::uint64_t>(i) + 1)]);
  }
  const auto take = [&](std::int64_t begin, std::int64_t count) {
    const at::Tensor chosen = order.narrow(0, begin, count);
    return Split{.x = all.x.index_select(0, chosen), .y = all.y.index_select(0, chosen)};
  };
  const std::int64_t train = all.size() - validation;
  return {.train = take(0, train), .validation = take(train, validation), .test = read(directory, "t10k")};
}

Data fashion_mnist(const DataOptions& options) {
  return mnist_like(options.directory.empty() ? default_directory() : options.directory, options.seed);
}

}  // namespace sibyl
