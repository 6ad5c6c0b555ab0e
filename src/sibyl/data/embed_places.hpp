#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "sibyl/data/preparation.hpp"

namespace sibyl {

/// The first layer for a table with texts of many categories: each feature that is a category's place becomes
/// a vector that is learnt, the others stay as they are.
class EmbedPlacesImpl : public torch::nn::Module {
 public:
  /// `places`: TablePreparation::places(); may be empty. `features`: of x.
  EmbedPlacesImpl(const std::vector<PlaceFeature>& places, std::int64_t features, std::int64_t dimensions);

  torch::Tensor forward(const torch::Tensor& x);
  /// Numbers a sample that come out: the next layer's inputs.
  std::int64_t outputs() const { return outputs_; }

 private:
  std::vector<PlaceFeature> places_;
  torch::Tensor others_;  ///< the places of the other features: a buffer
  std::vector<torch::nn::Embedding> embeddings_;
  std::int64_t outputs_;
};
TORCH_MODULE(EmbedPlaces);

}  // namespace sibyl
