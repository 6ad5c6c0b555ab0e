#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace torch::nn {
class Module;
}

namespace sibyl {

/// Copies the model's parameters (or their average, where it is not empty) and buffers to `best`, which has
/// the same ones or none yet.
void keep_weights(const torch::nn::Module& model, const std::vector<at::Tensor>& average,
                  std::vector<at::Tensor>& best);

/// Copies them back; nothing when none are kept.
void restore_weights(torch::nn::Module& model, const std::vector<at::Tensor>& best);

}  // namespace sibyl
