#include "train/streaming/split_tensors.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "sibyl/streaming/dataset.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

std::vector<at::Tensor> inputs_of(const Split& split) {
  std::vector<at::Tensor> inputs;
  if (split.x.defined()) inputs.push_back(split.x);
  inputs.insert(inputs.end(), split.more.begin(), split.more.end());
  return inputs;
}

std::vector<at::Tensor> tensors_of(const Split& split) {
  std::vector<at::Tensor> tensors = inputs_of(split);
  if (split.y.defined()) tensors.push_back(split.y);
  return tensors;
}

Split rows(const Split& split, std::int64_t begin, std::int64_t count) {
  return changed(split, [&](const at::Tensor& tensor) { return tensor.narrow(0, begin, count); });
}

Split empty_like(const Split& split, std::int64_t samples) {
  return changed(split, [&](const at::Tensor& tensor) {
    auto sizes = tensor.sizes().vec();
    sizes.at(0) = samples;
    return at::empty(sizes, tensor.options());
  });
}

void gather(const Split& from, const at::Tensor& places, const Split& into) {
  const std::vector<at::Tensor> all = tensors_of(from);
  std::vector<at::Tensor> some = tensors_of(into);
  for (std::size_t i = 0; i < some.size(); ++i) at::index_select_out(some[i], all.at(i), 0, places);
}

void copy(const Split& from, const Split& into, bool non_blocking) {
  const std::vector<at::Tensor> here = tensors_of(from), there = tensors_of(into);
  for (std::size_t i = 0; i < there.size(); ++i) there[i].copy_(here.at(i), non_blocking);
}

Split shapes_of(const Split& split) {
  return split.dataset ? split.dataset->batch(0) : split;
}

bool knows_targets(const Split& split) {
  return split.y.defined() && split.size() > 0 && split.y.size(0) == split.size();
}

Split look_at(const Split& split, std::int64_t samples) {
  if (!split.dataset) return split;
  if (const auto* const memory = dynamic_cast<const InMemory*>(split.dataset.get())) return memory->tensors();
  const std::int64_t all = split.size(), count = std::min(samples, all);
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < count; ++i) places.push_back(count > 1 ? i * (all - 1) / (count - 1) : 0);
  while (true) {
    try {
      return read_samples(split, places);
    } catch (const BadSample& bad) {
      if (places.size() <= 1 || bad.at() >= places.size()) throw;
      places.erase(places.begin() + static_cast<std::ptrdiff_t>(bad.at()));
    }
  }
}

std::int64_t bytes_of(const Split& split) {
  std::int64_t bytes = 0;
  const Split sizes = split.dataset ? split.dataset->batch(1) : split;
  for (const at::Tensor& tensor : tensors_of(sizes)) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return split.dataset ? bytes * split.size() : bytes;
}

}  // namespace sibyl
