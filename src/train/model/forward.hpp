#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/container/sequential.h>

#include <vector>

namespace sibyl {

/// The model's output for one input or several, which its first layer's forward takes one by one. Throws
/// Error for more than it can be given.
at::Tensor forward_all(torch::nn::SequentialImpl& model, const std::vector<at::Tensor>& inputs);
inline at::Tensor forward_all(torch::nn::Sequential& model, const std::vector<at::Tensor>& inputs) {
  return forward_all(*model, inputs);
}

}  // namespace sibyl
