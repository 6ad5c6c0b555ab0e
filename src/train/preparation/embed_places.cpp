#include "sibyl/data/embed_places.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace sibyl {

EmbedPlacesImpl::EmbedPlacesImpl(const std::vector<PlaceFeature>& places, std::int64_t features,
                                 std::int64_t dimensions)
    : places_(places) {
  for (const PlaceFeature& each : places_)
    embeddings_.push_back(register_module("embedding_" + std::to_string(each.feature),
                                          torch::nn::Embedding(each.count, dimensions)));
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < features; ++i)
    if (std::none_of(places_.begin(), places_.end(),
                     [&](const PlaceFeature& each) { return each.feature == i; }))
      others.push_back(i);
  others_ = register_buffer("others", at::tensor(others, at::kLong));
  outputs_ =
      static_cast<std::int64_t>(others.size()) + dimensions * static_cast<std::int64_t>(places_.size());
}

torch::Tensor EmbedPlacesImpl::forward(const torch::Tensor& x) {
  std::vector<torch::Tensor> parts;
  if (others_.numel() > 0) parts.push_back(x.index_select(1, others_));
  for (std::size_t i = 0; i < places_.size(); ++i)
    parts.push_back(embeddings_[i]->forward(x.select(1, places_[i].feature).to(at::kLong)));
  return at::cat(parts, 1);
}

}  // namespace sibyl
