#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>

namespace sibyl {

/// What a training step launches on a GPU, recorded once and launched again as a whole (a CUDA graph): where
/// a step is many small kernels, launching them one by one takes longer than they do. As long as it lives,
/// this thread's work goes into a stream of its own, in which alone something can be recorded.
class StepGraph {
 public:
  using Step = std::function<void()>;
  virtual ~StepGraph() = default;

  /// Runs the step. Does the host wait for the device in it? Then it can't be recorded.
  virtual bool waits(const Step& step) = 0;
  /// Calls the step, whose kernels are recorded, but not run: it may only launch, into tensors that stay
  /// where they are. What was recorded before is forgotten. Throws c10::Error for a step that can't be
  /// recorded.
  virtual void record(const Step& step) = 0;
  /// Launches what was recorded.
  virtual void replay() = 0;
};

/// None where this LibTorch, or how Sibyl was built with it, knows no CUDA graphs, or the device is no GPU.
std::unique_ptr<StepGraph> make_step_graph(c10::Device device);

}  // namespace sibyl
