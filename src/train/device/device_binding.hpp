#pragma once

#include <optional>
#include <string>

namespace sibyl {

/// All that the choice of a worker's device depends on.
struct DeviceFacts {
  std::string request = "auto";             ///< `--device`: "auto", "cpu" or "cuda"
  std::optional<std::string> visible = {};  ///< CUDA_VISIBLE_DEVICES, if set: numbers, UUIDs or MIG names
  int count = 0;                            ///< CUDA devices that LibTorch sees
  int local_worker = 0;                     ///< 0, 1, ... among the node's workers that see the same devices
  std::string unused_gpu = {};              ///< where LibTorch sees none, the GPU that the driver sees
  bool libtorch_knows_cuda = false;         ///< is it a build with CUDA?
};

struct DeviceBinding {
  bool cuda = false;
  int index = 0;  ///< among the devices that LibTorch sees
  /// CUDA_VISIBLE_DEVICES is to be set to this before CUDA starts, and the choice made anew; empty: as it is.
  std::string narrow_to = {};
  std::string warning = {};  ///< for people; empty if all is well
};

/// A node's launcher either shows each task its own device (then one is visible: take it) or shows all of
/// them to all tasks (then the workers take turns). Of several MIG slices CUDA shows a process only the
/// first one of the list, so each worker's list is narrowed to its own. Throws UsageError for an unknown
/// request, Error for a device that is not there.
DeviceBinding bind_device(const DeviceFacts& facts);

/// Does the list name more than one MIG slice? Then LibTorch is not to be asked for its count yet.
bool names_several_slices(const std::optional<std::string>& visible);

}  // namespace sibyl
