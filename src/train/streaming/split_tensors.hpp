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

/// Bytes of a split's tensors, or of those that its dataset would make of all its samples.
std::int64_t bytes_of(const Split& split);

}  // namespace sibyl
