#pragma once

#include <c10/core/Device.h>

#include <string>

namespace sibyl {

/// All that the choice of a device depends on.
struct DeviceFacts {
  std::string request = "auto";  ///< "auto", "cpu" or "cuda"
  int visible = 0;               ///< CUDA devices that LibTorch sees
  int local_worker = 0;          ///< 0 .. local_workers - 1 among the workers of this node
  int local_workers = 1;
};

/// A node's launcher either shows each task its own device (then one is visible: take it) or shows all of
/// them to all tasks (then the workers take turns). Throws UsageError for an unknown request, Error for a
/// device that is not there.
c10::Device choose_device(const DeviceFacts& facts);

/// CUDA devices that LibTorch sees.
int visible_cuda_devices();

struct DeviceIdentity {
  std::string name;  ///< "NVIDIA H100 PCIe"; of a CPU its model name
  std::string uuid;  ///< "GPU-5a2b...", so that two workers can see that they share one; empty for a CPU
};
/// Fields that can't be found out stay empty.
DeviceIdentity identify(c10::Device device);

/// Gives cached memory back to a CUDA device, so that the next trial, or a process that shares the device,
/// gets it.
void release_cached_memory(c10::Device device);

/// Waits for the device and computes something on it. Throws what LibTorch throws when it no longer can.
void probe(c10::Device device);

}  // namespace sibyl
