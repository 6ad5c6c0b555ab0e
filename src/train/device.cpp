#include "train/device.hpp"

#include <ATen/ATen.h>
#include <dlfcn.h>
#include <torch/cuda.h>
#ifdef SIBYL_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include <array>
#include <fstream>

#include "core/error.hpp"

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

std::string format_uuid(const std::array<unsigned char, 16>& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text = "GPU-";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

/// Asks the driver itself: its library is there wherever a CUDA device is, CUDA's headers are not.
DeviceIdentity identify_cuda(int index) {
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!driver) return {};
  const auto function = [driver]<class F>(F*& f, const char* name) {
    f = reinterpret_cast<F*>(dlsym(driver, name));
    return f != nullptr;
  };
  int (*init)(unsigned) = nullptr;
  int (*get)(int*, int) = nullptr;
  int (*get_name)(char*, int, int) = nullptr;
  int (*get_uuid)(unsigned char*, int) = nullptr;
  DeviceIdentity identity;
  int device = 0;
  if (function(init, "cuInit") && function(get, "cuDeviceGet") && init(0) == 0 && get(&device, index) == 0) {
    std::array<char, 256> name{};
    if (function(get_name, "cuDeviceGetName") && get_name(name.data(), int{name.size()} - 1, device) == 0) {
      identity.name = name.data();
    }
    std::array<unsigned char, 16> uuid{};
    // The second version knows the slices of a MIG device apart.
    if ((function(get_uuid, "cuDeviceGetUuid_v2") || function(get_uuid, "cuDeviceGetUuid")) &&
        get_uuid(uuid.data(), device) == 0) {
      identity.uuid = format_uuid(uuid);
    }
  }
  dlclose(driver);
  return identity;
}

}  // namespace

c10::Device choose_device(const DeviceFacts& facts) {
  if (facts.request != "auto" && facts.request != "cpu" && facts.request != "cuda") {
    throw UsageError("--device " + facts.request + " is unknown: take auto, cpu or cuda.");
  }
  if (facts.local_worker < 0 || facts.local_worker >= facts.local_workers) {
    throw std::logic_error("worker " + std::to_string(facts.local_worker) + " of " +
                           std::to_string(facts.local_workers) + " on this node");
  }
  if (facts.request == "cpu") return c10::kCPU;
  if (facts.visible > 0) {
    return {c10::kCUDA, static_cast<c10::DeviceIndex>(facts.local_worker % facts.visible)};
  }
  if (facts.request == "auto") return c10::kCPU;
  throw Error(
      "--device cuda, but LibTorch sees no CUDA device: either this LibTorch is built without CUDA, or the "
      "node has "
      "none, or the launcher shows none to this task (CUDA_VISIBLE_DEVICES, --gres, --gpus-per-node). Check "
      "with "
      "nvidia-smi on the node, or take --device cpu.");
}

int visible_cuda_devices() {
  return static_cast<int>(torch::cuda::device_count());
}

DeviceIdentity identify(c10::Device device) {
  if (device.is_cuda()) return identify_cuda(device.index());
  return {.name = cpu_model_name(), .uuid = {}};
}

void release_cached_memory([[maybe_unused]] c10::Device device) {
#ifdef SIBYL_CUDA
  if (device.is_cuda()) c10::cuda::CUDACachingAllocator::emptyCache();
#endif
}

void probe(c10::Device device) {
  if (!device.is_cuda()) return;
  torch::cuda::synchronize(device.index());
  if (at::ones({2}, device).sum().item<float>() != 2) throw Error("1 + 1 is not 2 on " + device.str() + ".");
}

}  // namespace sibyl
