#include "sibyl/data/fashion_mnist.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "sibyl/data/find_data.hpp"
#include "sibyl/data/idx.hpp"
#include "sibyl/data/split.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

namespace fs = std::filesystem;

/// The file, gzipped or plain; mnist_like names what is missing, fashion_mnist also where to get it.
fs::path file_of(const fs::path& directory, const std::string& name) {
  if (fs::path path = plain_or_gzipped(directory, name); !path.empty()) return path;
  throw Error("There is no " + name + "[.gz] in " + directory.string() + ".");
}

Split read(const fs::path& directory, const std::string& part) {
  const fs::path image_file = file_of(directory, part + "-images-idx3-ubyte");
  const fs::path label_file = file_of(directory, part + "-labels-idx1-ubyte");
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
  if (all.size() < 6) {
    throw Error(directory.string() + ": has " + std::to_string(all.size()) +
                " training samples, too few to take a sixth of them for validation");
  }
  Data data = split(all, {.validation = 1.0 / 6}, seed);
  data.test = read(directory, "t10k");
  data.preparation.steps = {
      {.kind = ArrayStep::Kind::reshape, .sizes = {data.train.x.size(1)}},
      {.kind = ArrayStep::Kind::scale, .shift = at::zeros({}), .scale = at::full({}, 255.0F)}};
  return data;
}

Data fashion_mnist(const DataOptions& options) {
  const DataSet set{
      .name = "Fashion-MNIST",
      .files = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                "t10k-labels-idx1-ubyte"},
      .folder = "fashion-mnist",
      .system = "/usr/share/datasets/fashion-mnist",
      .source =
          "It comes with `apt-get install dataset-fashion-mnist`, or from https://github.com/zalandoresearch/fashion-mnist: its four files, plain or gzipped."};
  Data data = mnist_like(find_data(set, options), options.seed);
  data.class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                      "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  return data;
}

}  // namespace sibyl
