#include "train/device/device.hpp"

#include <ATen/ATen.h>
#include <torch/cuda.h>
#include <torch/version.h>
// The allocator of any device has an interface without CUDA's headers since LibTorch 2.8.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 8)
#define SIBYL_HAS_DEVICE_ALLOCATOR
#include <c10/core/CachingDeviceAllocator.h>
#elif defined(SIBYL_CUDA)
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include <dlfcn.h>

#include <cstdlib>
#include <fstream>

#include "sibyl/error.hpp"
#include "train/device/cuda_driver.hpp"
#include "train/device/device_binding.hpp"
#include "train/loop/failure.hpp"

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

// A program that is linked with a LibTorch with CUDA has it loaded.
bool libtorch_knows_cuda() {
  void* library = dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_NOLOAD);
  if (library) dlclose(library);
  return library != nullptr;
}

}  // namespace

ChosenDevice choose_device(const TrainerOptions& options) {
  DeviceFacts facts{.request = options.device,
                    .local_worker = options.local_worker,
                    .libtorch_knows_cuda = libtorch_knows_cuda()};
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) facts.visible = visible;
  const auto decide = [&] {
    // LibTorch starts CUDA to count its devices: not before the list is narrowed.
    if (!names_several_slices(facts.visible) && facts.request != "cpu") {
      facts.count = static_cast<int>(torch::cuda::device_count());
      if (facts.count == 0) facts.unused_gpu = ask_cuda_driver(0).name;
    }
    return bind_device(facts);
  };
  DeviceBinding binding = decide();
  if (!binding.narrow_to.empty()) {
    setenv("CUDA_VISIBLE_DEVICES", binding.narrow_to.c_str(), 1);
    facts.visible = binding.narrow_to;
    binding = decide();
  }
  if (!binding.cuda) return {.device = c10::kCPU, .warning = binding.warning};
  return {.device = c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(binding.index)),
          .may_be_shared = options.local_workers > facts.count,
          .warning = binding.warning};
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
#ifdef SIBYL_HAS_DEVICE_ALLOCATOR
  if (auto* allocator = c10::getDeviceAllocator(c10::kCUDA); allocator->initialized())
    allocator->emptyCache();
#elif defined(SIBYL_CUDA)
  c10::cuda::CUDACachingAllocator::emptyCache();
#endif
}

void wait_for(c10::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

std::int64_t peak_memory([[maybe_unused]] c10::Device device) {
  if (!device.is_cuda()) return 0;
#ifdef SIBYL_HAS_DEVICE_ALLOCATOR
  if (auto* allocator = c10::getDeviceAllocator(c10::kCUDA); allocator->initialized())
    return allocator->getDeviceStats(device.index()).allocated_bytes[0].peak;
#elif defined(SIBYL_CUDA)
  return c10::cuda::CUDACachingAllocator::getDeviceStats(device.index()).allocated_bytes[0].peak;
#endif
  return 0;
}

void forget_peak_memory([[maybe_unused]] c10::Device device) {
  if (!device.is_cuda()) return;
#ifdef SIBYL_HAS_DEVICE_ALLOCATOR
  if (auto* allocator = c10::getDeviceAllocator(c10::kCUDA); allocator->initialized())
    allocator->resetPeakStats(device.index());
#elif defined(SIBYL_CUDA)
  c10::cuda::CUDACachingAllocator::resetPeakStats(device.index());
#endif
}

void probe(c10::Device device) {
  if (!device.is_cuda()) return;
  torch::cuda::synchronize(device.index());
  const at::Tensor ones = at::ones({2, 2}, device);
  if (at::mm(ones, ones).sum().item<float>() != 8) throw Error("1 + 1 is not 2 on " + device.str() + ".");
}

void require_working(c10::Device device) {
  try {
    probe(device);
  } catch (const std::exception&) {
    throw Error(device.str() + " can't be used: " + classify(std::current_exception()).message +
                "\nnvidia-smi says whether it is well and who has it; --device cpu trains without it.");
  }
}

}  // namespace sibyl
