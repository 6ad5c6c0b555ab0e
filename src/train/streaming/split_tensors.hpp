#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "sibyl/data.hpp"

namespace sibyl {

/// Of a split or a batch: x, more and y, those that are defined.
std::vector<at::Tensor> tensors_of(const Split& split);
/// What the model takes: x and more.
std::vector<at::Tensor> inputs_of(const Split& split);

/// Each tensor as `change` makes it of that of `split`; the dataset goes with it.
template <class Change>
Split changed(const Split& split, const Change& change) {
  Split all = split;
  const auto each = [&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = change(tensor);
  };
  each(all.x);
  for (at::Tensor& tensor : all.more) each(tensor);
  each(all.y);
  return all;
}

/// Samples `begin` to below `begin + count` of tensors, without a copy.
Split rows(const Split& split, std::int64_t begin, std::int64_t count);

/// Tensors for so many samples of the same shapes and types, not filled.
Split empty_like(const Split& split, std::int64_t samples);
/// Tensor by tensor: the samples of `from` at these places, and all of them. `into` has its shapes.
void gather(const Split& from, const at::Tensor& places, const Split& into);
void copy(const Split& from, const Split& into, bool non_blocking = false);

/// What shapes and types its samples have: of a dataset, tensors of no sample.
Split shapes_of(const Split& split);

/// Is y that of all samples? Else it is only known by reading them, and y has their type alone.
bool knows_targets(const Split& split);

/// So many samples of a dataset are looked at to find out how it is to be scaled.
inline constexpr std::int64_t samples_to_fit = 1000;

/// Some samples of a dataset, evenly spaced, the first and the last among them: 64, or what is asked for. Of
/// fewer samples, and of tensors, all. What can't be read is left out.
Split look_at(const Split& split, std::int64_t samples = 64);

/// Bytes of a split's tensors, or of those that its dataset would make of all its samples.
std::int64_t bytes_of(const Split& split);

}  // namespace sibyl
