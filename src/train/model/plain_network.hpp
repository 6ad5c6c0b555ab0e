#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/container/sequential.h>

namespace sibyl {

/// The model's output in a training step. A network of nothing but Linear, ReLU, Tanh, Sigmoid and Flatten is
/// one node of autograd's graph, where each layer would be several: that takes half the time of a small one's
/// step, and as the same kernels run in the same order, it gives the same bits. Any other goes through its
/// own forward.
at::Tensor train_forward(torch::nn::Sequential& model, const at::Tensor& x);

}  // namespace sibyl
