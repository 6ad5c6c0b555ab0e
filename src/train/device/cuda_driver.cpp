#include "train/device/cuda_driver.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <filesystem>

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

/// Its library, where there is one.
class Driver {
 public:
  Driver() : library_(dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL)) {}
  ~Driver() {
    if (library_) dlclose(library_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  template <class F>
  bool operator()(F*& f, const char* name) const {
    f = library_ ? reinterpret_cast<F*>(dlsym(library_, name)) : nullptr;
    return f != nullptr;
  }

 private:
  void* library_;
};

}  // namespace

bool runs_under_mps() {
  const char* folder = std::getenv("CUDA_MPS_PIPE_DIRECTORY");
  std::error_code ignored;
  return std::filesystem::exists(
      std::filesystem::path(folder && *folder ? folder : "/tmp/nvidia-mps") / "control", ignored);
}

CudaDevice ask_cuda_driver(int index) {
  const Driver function;
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
  return found;
}

std::optional<std::int64_t> free_cuda_memory() {
  const Driver function;
  int (*get)(std::size_t*, std::size_t*) = nullptr;
  std::size_t free = 0, total = 0;
  if (!function(get, "cuMemGetInfo_v2") || get(&free, &total) != 0) return std::nullopt;
  return static_cast<std::int64_t>(free);
}

}  // namespace sibyl
