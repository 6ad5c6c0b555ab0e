#include "train/device.hpp"

#include <ATen/ATen.h>
#include <torch/cuda.h>
#if __has_include(<c10/core/CachingDeviceAllocator.h>)  // LibTorch 2.8
#include <c10/core/CachingDeviceAllocator.h>
#elif defined(SIBYL_CUDA)
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include <cstdlib>
#include <fstream>

#include "core/device_binding.hpp"
#include "core/error.hpp"
#include "train/cuda_driver.hpp"

namespace sibyl {

namespace {

std::string cpu_model_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

}  // namespace

ChosenDevice choose_device(const TrainerOptions& options) {
  DeviceFacts facts{.request = options.device, .local_worker = options.local_worker};
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) facts.visible = visible;
  const auto decide = [&] {
    // LibTorch starts CUDA to count its devices: not before the list is narrowed.
    if (!names_several_slices(facts.visible)) facts.count = static_cast<int>(torch::cuda::device_count());
    return bind_device(facts);
  };
  DeviceBinding binding = decide();
  if (!binding.narrow_to.empty()) {
    setenv("CUDA_VISIBLE_DEVICES", binding.narrow_to.c_str(), 1);
    facts.visible = binding.narrow_to;
    binding = decide();
  }
  if (!binding.cuda) return {c10::kCPU, binding.warning};
  return {c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(binding.index)), binding.warning};
}

DeviceIdentity identify(c10::Device device) {
  if (device.is_cuda()) {
    const CudaDevice found = ask_cuda_driver(device.index());
    return {.name = found.name, .uuid = found.uuid};
  }
  return {.name = cpu_model_name(), .uuid = {}};
}

void release_cached_memory([[maybe_unused]] c10::Device device) {
  if (!device.is_cuda()) return;
#if __has_include(<c10/core/CachingDeviceAllocator.h>)
  if (auto* allocator = c10::getDeviceAllocator(c10::kCUDA); allocator->initialized())
    allocator->emptyCache();
#elif defined(SIBYL_CUDA)
  c10::cuda::CUDACachingAllocator::emptyCache();
#endif
}

void probe(c10::Device device) {
  if (!device.is_cuda()) return;
  torch::cuda::synchronize(device.index());
  if (at::ones({2}, device).sum().item<float>() != 2) throw Error("1 + 1 is not 2 on " + device.str() + ".");
}

}  // namespace sibyl
