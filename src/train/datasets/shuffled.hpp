#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <numeric>
#include <utility>

#include "sibyl/random.hpp"

namespace sibyl {

/// The numbers from 0 to below `samples` in a random order (Fisher & Yates), on the CPU.
inline at::Tensor shuffled(std::int64_t samples, RandomStream random) {
  at::Tensor order = at::empty({samples}, at::kLong);
  auto* const places = order.data_ptr<std::int64_t>();
  std::iota(places, places + samples, std::int64_t{0});
  for (std::int64_t i = samples - 1; i > 0; --i)
    std::swap(places[i], places[random.below(static_cast<std::uint64_t>(i) + 1)]);
  return order;
}

}  // namespace sibyl
