#pragma once

#include <ATen/core/Tensor.h>

namespace sibyl {

// Where LibTorch's default generator of a device stands, on the CPU.

at::Tensor random_state(at::Device device);
void set_random_state(at::Device device, const at::Tensor& state);

/// What is drawn while it lives, from the CPU's and the device's, changes nothing that is drawn afterwards.
class RandomStateGuard {
 public:
  explicit RandomStateGuard(at::Device device);
  ~RandomStateGuard();
  RandomStateGuard(const RandomStateGuard&) = delete;
  RandomStateGuard& operator=(const RandomStateGuard&) = delete;

 private:
  const at::Device device_;
  const at::Tensor here_, there_;
};

}  // namespace sibyl
