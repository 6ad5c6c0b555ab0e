#include "train/loop/folds.hpp"

#include <ATen/ATen.h>

#include <string>

#include "sibyl/error.hpp"
#include "train/datasets/shuffled.hpp"

namespace sibyl {

namespace {

Split chosen(const Split& all, const at::Tensor& places) {
  return {.x = all.x.index_select(0, places), .y = all.y.index_select(0, places)};
}

}  // namespace

Split join(const Split& a, const Split& b) {
  if (b.size() == 0) return a;
  return {.x = at::cat({a.x, b.x}), .y = at::cat({a.y, b.y})};
}

Folds::Folds(const Data& data, int folds, std::uint64_t seed) : all_(data) {
  all_.train = join(data.train, data.validation);
  all_.validation = {};
  const std::int64_t samples = all_.train.size();
  if (samples < folds)
    throw Error("--folds " + std::to_string(folds) + ": there are " + std::to_string(samples) +
                " samples for training and validation, too few for so many folds.");
  at::Tensor order = shuffled(samples, RandomStream(seed, "folds"));
  const at::Tensor y = all_.train.y.cpu();
  if (y.dim() == 1 && !y.is_floating_point())
    order = order.index_select(0, std::get<1>(at::sort(y.index_select(0, order), /*stable=*/true, /*dim=*/0,
                                                       /*descending=*/false)));
  for (int fold = 0; fold < folds; ++fold) {
    const at::Tensor places = order.slice(0, fold, samples, folds);
    places_.push_back(std::get<0>(places.sort()).to(all_.train.x.device()));
  }
}

Data Folds::of(int execution) const {
  const auto fold = static_cast<std::size_t>(execution) % places_.size();
  std::vector<at::Tensor> others = places_;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(fold));
  Data data = all_;
  data.train = chosen(all_.train, std::get<0>(at::cat(others).sort()));
  data.validation = chosen(all_.train, places_[fold]);
  return data;
}

}  // namespace sibyl
