#include "train/cuda_driver.hpp"

#include <dlfcn.h>

#include <array>

namespace sibyl {

namespace {

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

}  // namespace

CudaDevice ask_cuda_driver(int index) {
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
  int (*get_attribute)(int*, int, int) = nullptr;
  CudaDevice found;
  int device = 0;
  if (function(init, "cuInit") && function(get, "cuDeviceGet") && init(0) == 0 && get(&device, index) == 0) {
    std::array<char, 256> name{};
    if (function(get_name, "cuDeviceGetName") && get_name(name.data(), int{name.size()} - 1, device) == 0) {
      found.name = name.data();
    }
    std::array<unsigned char, 16> uuid{};
    // The second version knows the slices of a MIG device apart.
    if ((function(get_uuid, "cuDeviceGetUuid_v2") || function(get_uuid, "cuDeviceGetUuid")) &&
        get_uuid(uuid.data(), device) == 0) {
      found.uuid = format_uuid(uuid);
    }
    constexpr int compute_capability_major = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
    if (function(get_attribute, "cuDeviceGetAttribute"))
      get_attribute(&found.compute_capability, compute_capability_major, device);
  }
  dlclose(driver);
  return found;
}

}  // namespace sibyl
