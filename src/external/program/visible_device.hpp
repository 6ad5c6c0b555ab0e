#pragma once

#include <string>

#include "sibyl/job.hpp"

namespace sibyl {

/// The device of a worker that trains with programs: which GPU these are shown. Nobody here uses one, so CUDA
/// is not asked; what the kernel's driver says of itself is enough.
struct VisibleDevice {
  std::string visible = "-";   ///< CUDA_VISIBLE_DEVICES for programs; "-": as it is
  std::string device = "cpu";  ///< "cpu", "cuda:1"
  std::string name;            ///< of the GPU or the processor
  std::string uuid;            ///< of the GPU, where it is known
  std::string warning;         ///< for people; empty if all is well
};

/// Of the devices that this process sees, each worker of the node takes its own, in turns. Throws Error where
/// `--device cuda` is asked for and there is none, UsageError for an unknown request.
/// `drivers`: where the driver says what there is, /proc/driver/nvidia/gpus; `visible`: CUDA_VISIBLE_DEVICES,
/// or null.
VisibleDevice choose_visible_device(const TrainerOptions& options, const std::string& drivers,
                                    const char* visible);

}  // namespace sibyl
