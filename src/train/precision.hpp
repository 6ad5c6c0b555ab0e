#pragma once

#include <ATen/core/Tensor.h>

namespace sibyl {

/// How exactly a model computes. Mixed: matrix products and convolutions in bfloat16 (8 bits of precision,
/// float's range), the rest, the weights and the optimizer in float.
enum class Precision {
  full,
  mixed,             ///< on GPUs that compute with bfloat16; full elsewhere
  mixed_on_cpu_too,  ///< which pays only where the processor knows bfloat16 and LibTorch uses it
};

/// Whether it is mixed there.
bool is_mixed(Precision precision, c10::Device device);

/// What comes out of a mixed forward, as losses and metrics want it.
at::Tensor in_float(const at::Tensor& output);

/// LibTorch's autocast to bfloat16, for as long as it lives, if `mixed`.
class MixedPrecisionScope {
 public:
  MixedPrecisionScope(c10::Device device, bool mixed);
  ~MixedPrecisionScope();
  MixedPrecisionScope(const MixedPrecisionScope&) = delete;
  MixedPrecisionScope& operator=(const MixedPrecisionScope&) = delete;

  static bool is_on();  ///< in this thread, by one of these

 private:
  const c10::DeviceType device_;
  const bool mixed_;
};

}  // namespace sibyl
