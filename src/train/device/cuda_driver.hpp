#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sibyl {

/// What the CUDA driver says about a device. It is asked directly: its library is there wherever a CUDA
/// device is, CUDA's headers are not.
struct CudaDevice {
  std::string name;            ///< "NVIDIA H100 PCIe"
  std::string uuid;            ///< "GPU-5a2b..."; slices of a MIG device have their own
  int compute_capability = 0;  ///< its major number
};
/// `index` counts what CUDA_VISIBLE_DEVICES shows. What can't be found out stays empty.
CudaDevice ask_cuda_driver(int index);

/// Does NVIDIA's MPS run here, for processes that share a card? Its pipe says so: in
/// $CUDA_MPS_PIPE_DIRECTORY, or where NVIDIA puts it.
bool runs_under_mps();

/// Bytes that are free on the device that this thread computes on; none where that is not known.
std::optional<std::int64_t> free_cuda_memory();

}  // namespace sibyl
