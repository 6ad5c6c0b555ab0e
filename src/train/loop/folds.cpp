#include "train/loop/folds.hpp"

#include <ATen/ATen.h>

#include <string>

#include "sibyl/error.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "train/datasets/shuffled.hpp"
#include "train/streaming/split_tensors.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

Split join(const Split& a, const Split& b) {
  if (b.size() == 0) return a;
  if (a.dataset && b.dataset) return streamed(std::make_shared<Joined>(a.dataset, b.dataset));
  if (a.dataset || b.dataset || a.more.size() != b.more.size())
    throw Error(
        "Training and validation samples are to be taken as one, but only one of them is a dataset, or they have not as many inputs.");
  Split all{.x = at::cat({a.x, b.x}), .y = at::cat({a.y, b.y})};
  for (std::size_t i = 0; i < a.more.size(); ++i) all.more.push_back(at::cat({a.more[i], b.more[i]}));
  return all;
}

Folds::Folds(const Data& data, int folds, std::uint64_t seed) : all_(data) {
  all_.train = join(data.train, data.validation);
  all_.validation = {};
  const std::int64_t samples = all_.train.size();
  if (samples < folds)
    throw Error("--folds " + std::to_string(folds) + ": there are " + std::to_string(samples) +
                " samples for training and validation, too few for so many folds.");
  at::Tensor order = shuffled(samples, RandomStream(seed, "folds"));
  const at::Tensor y = knows_targets(all_.train) ? all_.train.y.cpu() : at::Tensor();
  if (y.defined() && y.dim() == 1 && !y.is_floating_point())
    order = order.index_select(0, std::get<1>(at::sort(y.index_select(0, order), /*stable=*/true, /*dim=*/0,
                                                       /*descending=*/false)));
  for (int fold = 0; fold < folds; ++fold) {
    const at::Tensor places = order.slice(0, fold, samples, folds);
    places_.push_back(std::get<0>(places.sort()));
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
