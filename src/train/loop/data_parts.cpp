#include "train/loop/data_parts.hpp"

#include <ATen/ATen.h>

#include <string>

#include "base/hash.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

DataPart describe(const std::string& name, const at::Tensor& given) {
  const at::Tensor tensor = given.detach().cpu().contiguous();
  DataPart part{.name = name, .shape = tensor.sizes().vec(), .type = at::toString(tensor.scalar_type())};
  part.hash = xxh64({static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()});
  if (tensor.numel() == 0 || tensor.is_complex()) return part;
  // Of each sample, without a copy in double precision of it all.
  const at::Tensor samples = tensor.reshape({tensor.size(0), -1}).sum(1, /*keepdim=*/false, at::kDouble);
  const at::Tensor places = at::linspace(0, 1, samples.size(0), at::kDouble);
  part.mean = samples.sum().item<double>() / static_cast<double>(tensor.numel());
  part.trend = samples.dot(places).item<double>() / static_cast<double>(tensor.numel());
  return part;
}

}  // namespace

std::vector<DataPart> data_parts(const Data& data) {
  std::vector<DataPart> parts;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.defined()) parts.push_back(describe(name, tensor));
  };
  const auto add_split = [&](const std::string& name, const Split& split) {
    const std::size_t first = parts.size();
    const Split looked = split.dataset ? look_at(split) : split;
    add(name + ".x", looked.x);
    for (std::size_t i = 0; i < looked.more.size(); ++i)
      add(name + ".more[" + std::to_string(i) + "]", looked.more[i]);
    add(name + ".y", knows_targets(split) ? split.y : looked.y);
    for (std::size_t i = first; split.dataset && i < parts.size(); ++i)
      if (!parts[i].shape.empty()) parts[i].shape[0] = split.size();
  };
  add_split("train", data.train);
  add_split("validation", data.validation);
  add_split("test", data.test);
  return parts;
}

}  // namespace sibyl
