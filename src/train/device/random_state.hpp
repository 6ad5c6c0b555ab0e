#pragma once

#include <ATen/core/Tensor.h>

namespace sibyl {

// Where LibTorch's default generator of a device stands, on the CPU.

at::Tensor random_state(at::Device device);
void set_random_state(at::Device device, const at::Tensor& state);

}  // namespace sibyl
