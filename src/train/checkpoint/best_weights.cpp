#include "train/checkpoint/best_weights.hpp"

#include <torch/torch.h>

#include <algorithm>

namespace sibyl {

namespace {

std::vector<at::Tensor> weights(const torch::nn::Module& model) {
  auto weights = model.parameters();
  const auto buffers = model.buffers();
  weights.insert(weights.end(), buffers.begin(), buffers.end());
  return weights;
}

}  // namespace

void keep_weights(const torch::nn::Module& model, const std::vector<at::Tensor>& average,
                  std::vector<at::Tensor>& best) {
  const torch::NoGradGuard no_gradients;
  auto now = weights(model);
  std::copy(average.begin(), average.end(), now.begin());  // parameters are first
  if (best.size() != now.size()) {
    best.clear();
    for (const torch::Tensor& tensor : now) best.push_back(tensor.detach().clone());
  } else {
    for (std::size_t i = 0; i < now.size(); ++i) best[i].copy_(now[i]);
  }
}

void restore_weights(torch::nn::Module& model, const std::vector<at::Tensor>& best) {
  const torch::NoGradGuard no_gradients;
  const auto now = weights(model);
  if (best.size() != now.size()) return;  // not kept
  for (std::size_t i = 0; i < now.size(); ++i) now[i].copy_(best[i]);
}

}  // namespace sibyl
