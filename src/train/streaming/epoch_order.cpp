#include "train/streaming/epoch_order.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "train/datasets/shuffled.hpp"

namespace sibyl {

namespace {

void shuffle(std::int64_t* numbers, std::int64_t count, RandomStream& random) {
  for (std::int64_t i = count - 1; i > 0; --i)
    std::swap(numbers[i], numbers[random.below(static_cast<std::uint64_t>(i) + 1)]);
}

}  // namespace

at::Tensor random_order(const Dataset& dataset, RandomStream random) {
  const std::vector<std::int64_t> parts = dataset.parts();
  const std::int64_t samples = dataset.size(), count = static_cast<std::int64_t>(parts.size());
  if (parts.empty()) return shuffled(samples, random);
  std::vector<std::int64_t> numbers(parts.size());
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  shuffle(numbers.data(), count, random);
  at::Tensor order = at::empty({samples}, at::kLong);
  auto* next = order.data_ptr<std::int64_t>();
  const std::int64_t window = std::max<std::int64_t>(dataset.window(), 1);
  for (std::int64_t begin = 0; begin < count; begin += window) {
    auto* const first = next;
    for (std::int64_t i = begin; i < std::min(begin + window, count); ++i) {
      const auto part = static_cast<std::size_t>(numbers[static_cast<std::size_t>(i)]);
      const std::int64_t end = part + 1 < parts.size() ? parts[part + 1] : samples;
      std::iota(next, next + (end - parts[part]), parts[part]);
      next += end - parts[part];
    }
    shuffle(first, next - first, random);
  }
  return order;
}

}  // namespace sibyl
