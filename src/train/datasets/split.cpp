#include "sibyl/data/split.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "sibyl/error.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "train/datasets/shuffled.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

namespace {

std::int64_t count(std::int64_t samples, double part, const char* name) {
  if (!(part >= 0) || part >= 1)
    throw Error(std::string("The part for ") + name + " has to be from 0 to below 1.");
  // A sixth of 60 is 10, though 60 * (1.0 / 6) may be a hair less.
  const auto count = static_cast<std::int64_t>(std::floor(part * static_cast<double>(samples) + 1e-6));
  if (part > 0 && count == 0) {
    std::ostringstream text;
    text << "There are " << samples << " samples, too few to take " << part << " of them for " << name << ".";
    throw Error(text.str());
  }
  return count;
}

/// The order with `count` places moved to its end: evenly spaced ones, so that each class has its part where
/// the order goes by class.
at::Tensor move_to_end(const at::Tensor& order, std::int64_t count) {
  const std::int64_t size = order.size(0);
  at::Tensor moved = at::zeros({size}, at::kBool);
  for (std::int64_t i = 0; i < count; ++i) moved[(2 * i + 1) * size / (2 * count)].fill_(true);
  return at::cat({order.masked_select(moved.logical_not()), order.masked_select(moved)});
}

}  // namespace

Data split(const Split& all, const Parts& parts, std::uint64_t seed) {
  const std::int64_t validation = count(all.size(), parts.validation, "validation");
  const std::int64_t test = count(all.size(), parts.test, "test");
  const std::int64_t train = all.size() - validation - test;
  if (train < 1) throw Error("Of " + std::to_string(all.size()) + " samples, none is left to train with.");
  at::Tensor order = shuffled(all.size(), RandomStream(seed, "validation split"));
  if (parts.stratified) {
    if (!knows_targets(all))
      throw Error(
          "A split by class takes the y of all samples, which this dataset does not know (targets()).");
    if (all.y.is_floating_point()) throw Error("A split by class takes whole numbers y; these are values.");
    order = order.index_select(0, std::get<1>(at::sort(all.y.index_select(0, order), /*stable=*/true,
                                                       /*dim=*/0, /*descending=*/false)));
    order = move_to_end(order, test);
    order = at::cat({move_to_end(order.narrow(0, 0, train + validation), validation),
                     order.narrow(0, train + validation, test)});
  }
  const auto take = [&](std::int64_t begin, std::int64_t count) {
    if (count == 0) return Split{};
    const at::Tensor places = order.narrow(0, begin, count);
    // Of a dataset in its own order, in which it may be read faster; epochs are in a random one anyway.
    return chosen(all, all.dataset ? std::get<0>(places.sort()) : places);
  };
  return {
      .train = take(0, train), .validation = take(train, validation), .test = take(train + validation, test)};
}

Split samples(const at::Tensor& x, const at::Tensor& y, const std::string& source) {
  std::ostringstream text;
  if (x.dim() == 0 || y.dim() == 0 || x.size(0) != y.size(0)) {
    text << source << ": x has the shape " << x.sizes() << " and y " << y.sizes()
         << ", but the first dimension of both counts the samples and must be the same";
  } else if (x.size(0) == 0) {
    text << source << ": there are no samples";
  }
  Split split{.x = x.to(at::kFloat), .y = y.is_floating_point() ? y.to(at::kFloat) : y.to(at::kLong)};
  for (const auto& [name, tensor] : {std::pair{"x", split.x}, std::pair{"y", split.y}}) {
    if (!text.str().empty() || !tensor.is_floating_point()) continue;
    const at::Tensor bad = at::isfinite(tensor).logical_not().reshape({tensor.size(0), -1}).any(1);
    if (const auto bad_samples = bad.sum().item<std::int64_t>(); bad_samples > 0) {
      text << source << ": " << name << " holds NaN or infinity in " << bad_samples << " of " << bad.size(0)
           << " samples, first in sample " << bad.to(at::kInt).argmax().item<std::int64_t>()
           << " (from 0): leave such samples out, or fill them";
    }
  }
  if (!text.str().empty()) throw Error(text.str());
  return split;
}

}  // namespace sibyl
