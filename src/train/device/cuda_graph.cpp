#include <torch/version.h>

#include "train/device/device.hpp"
#include "train/device/step_graph.hpp"

// Older ones lack what clears up after a step that can't be recorded.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 6)
#include <ATen/cuda/CUDAGeneratorImpl.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <optional>
#include <string>

namespace sibyl {

namespace {

/// One for the process, which trains on one device: freed memory belongs to the stream that had it.
c10::cuda::CUDAStream stream_of(c10::Device device) {
  static const c10::cuda::CUDAStream stream =
      c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index());
  return stream;
}

using c10::cuda::SyncDebugMode;

/// Counts what LibTorch warns of when the host is about to wait for the device.
class CountWaits : public c10::WarningHandler {
 public:
  CountWaits() : guard_(this) { set(SyncDebugMode::L_WARN); }
  ~CountWaits() override { set(SyncDebugMode::L_DISABLED); }
  void process(const c10::Warning& warning) override {
    if (warning.msg().find("synchronizing CUDA operation") != std::string::npos) ++count_;
  }
  int count() const { return count_; }

 private:
  static void set(SyncDebugMode mode) { c10::cuda::warning_state().set_sync_debug_mode(mode); }

  int count_ = 0;
  c10::WarningUtils::WarningHandlerGuard guard_;
};

class Recording : public at::cuda::CUDAGraph {
 public:
  /// Ends a recording that has failed. LibTorch may then leave its allocator and its generators believing
  /// that it still goes on.
  void abandon(c10::Device device) {
    try {
      capture_end();
      return;  // it had not failed on the device
    } catch (const c10::Error&) {
      (void)cudaGetLastError();
    }
    clear_up(*this, device);
  }

 private:
  /// What reset() does not: since 2.15 it releases the pool, and what generators know of a recording.
  template <class Self>
  static void clear_up(Self& self, c10::Device device) {
    if constexpr (!requires { self.allocated_pool_; }) {
      namespace allocator = c10::cuda::CUDACachingAllocator;
      allocator::endAllocateToPool(device.index(), self.mempool_id_);
      allocator::releasePool(device.index(), self.mempool_id_);
    }
    for (auto& each : self.captured_generator_states_)
      if constexpr (requires { each.first->capturing_; }) each.first->capturing_ = false;
  }
};

class CudaGraph : public StepGraph {
 public:
  explicit CudaGraph(c10::Device device) : device_(device), stream_(stream_of(device)) {
    // What other streams have prepared is there.
    c10::cuda::device_synchronize();
    guard_.emplace(stream_);
  }
  ~CudaGraph() override {
    try {
      stream_.synchronize();  // others go on with what was made here
      graph_.reset();
    } catch (const c10::Error&) {  // of a broken device, which others say
    }
  }
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  bool waits(const Step& step) override {
    const CountWaits waits;
    step();
    return waits.count() > 0;
  }

  void record(const Step& step) override {
    stream_.synchronize();
    graph_.reset();
    release_cached_memory(device_);  // what the graph holds comes from a pool of its own
    graph_.emplace();
    // Other threads (autograd's is one) may do what they like.
    graph_->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      step();
    } catch (...) {
      graph_->abandon(device_);
      graph_.reset();
      throw;
    }
    graph_->capture_end();
  }

  void replay() override { graph_->replay(); }

 private:
  const c10::Device device_;
  const c10::cuda::CUDAStream stream_;
  std::optional<c10::cuda::CUDAStreamGuard> guard_;
  std::optional<Recording> graph_;
};

}  // namespace

std::unique_ptr<StepGraph> make_step_graph(c10::Device device) {
  return device.is_cuda() ? std::make_unique<CudaGraph>(device) : nullptr;
}

}  // namespace sibyl
#else
namespace sibyl {

std::unique_ptr<StepGraph> make_step_graph(c10::Device) {
  return nullptr;
}

}  // namespace sibyl
#endif
