#include "train/device/random_state.hpp"

#include <ATen/Context.h>

#include <mutex>

namespace sibyl {

at::Tensor random_state(at::Device device) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

void set_random_state(at::Device device, const at::Tensor& state) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

RandomStateGuard::RandomStateGuard(at::Device device)
    : device_(device),
      here_(random_state(at::kCPU)),
      there_(device.is_cpu() ? at::Tensor() : random_state(device)) {}

RandomStateGuard::~RandomStateGuard() {
  set_random_state(at::kCPU, here_);
  if (there_.defined()) set_random_state(device_, there_);
}

}  // namespace sibyl
