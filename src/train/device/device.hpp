#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "sibyl/job.hpp"

namespace sibyl {

struct ChosenDevice {
  c10::Device device = c10::kCPU;
  bool may_be_shared = false;  ///< with another worker: the node has more of them than are seen devices
  std::string warning = {};    ///< for people; empty if all is well
};
/// This process's device: what train/device/device_binding.hpp decides from the options, CUDA_VISIBLE_DEVICES
/// (which it may narrow) and what LibTorch sees. Throws what that throws.
ChosenDevice choose_device(const TrainerOptions& options);

struct DeviceIdentity {
  std::string name;  ///< "NVIDIA H100 PCIe"; of a CPU its model name
  std::string uuid;  ///< "GPU-5a2b...", so that two workers can see that they share one; empty for a CPU
};
/// Fields that can't be found out stay empty.
DeviceIdentity identify(c10::Device device);

/// Gives cached memory back to a CUDA device, so that the next trial, or a process that shares the device,
/// gets it.
void release_cached_memory(c10::Device device);

/// Until all that was launched on it is done.
void wait_for(c10::Device device);

/// The most memory that tensors have had on the device since forget_peak_memory(), in bytes; 0: not known.
std::int64_t peak_memory(c10::Device device);
void forget_peak_memory(c10::Device device);

/// Waits for the device and computes something on it, cuBLAS included. Throws what LibTorch throws when it no
/// longer can.
void probe(c10::Device device);

/// Probes a device before anything is trained on it, so that a broken or occupied one costs no trial. Throws
/// Error, which says what to do.
void require_working(c10::Device device);

}  // namespace sibyl
