#include "sibyl/streaming/dataset.hpp"

#include <ATen/ATen.h>

#include "train/streaming/split_tensors.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

std::int64_t Split::size() const {
  if (dataset) return dataset->size();
  return x.defined() ? x.size(0) : 0;
}

Split Dataset::collate(std::span<const std::int64_t> places, const SampleRandom& random) const {
  const Split into = batch(static_cast<std::int64_t>(places.size()));
  read(places, random, into);
  return into;
}

Split streamed(std::shared_ptr<const Dataset> dataset) {
  if (!dataset) throw Error("streamed() was given no dataset.");
  Split split;
  split.y = dataset->targets();
  split.dataset = std::move(dataset);
  return split;
}

Split chosen(const Split& all, const at::Tensor& places) {
  if (all.dataset) return streamed(std::make_shared<Subset>(all.dataset, places));
  return changed(
      all, [&](const at::Tensor& tensor) { return tensor.index_select(0, places.to(tensor.device())); });
}

Split read_samples(const Split& split, std::span<const std::int64_t> places) {
  if (split.dataset) return split.dataset->collate(places, SampleRandom());
  return chosen(split, at::tensor(c10::ArrayRef<std::int64_t>(places.data(), places.size()), at::kLong));
}

}  // namespace sibyl
