#pragma once

#include <ATen/core/Tensor.h>

namespace sibyl {

/// How exactly a model computes. TF32: matrix products and convolutions of floats round their factors to 11
/// bits, on NVIDIA GPUs since Ampere; elsewhere it is full. Mixed: they compute in bfloat16 (8 bits of
/// precision, float's range), the rest, the weights and the optimizer in float.
enum class Precision {
  full,   ///< as PyTorch's default: on those GPUs convolutions, though not matrix products, are TF32
          ///< (not after at::globalContext().setAllowTF32CuDNN(false), in build() say)
  tf32,   ///< both of them
  mixed,  ///< on GPUs that compute with bfloat16; full elsewhere
  mixed_on_cpu_too,  ///< which pays only where the processor knows bfloat16 and LibTorch uses it
};

/// Whether it is mixed there.
bool is_mixed(Precision precision, c10::Device device);

/// What comes out of a mixed forward, as losses and metrics want it.
at::Tensor in_float(const at::Tensor& output);

/// Matrix products and convolutions in TF32, for as long as it lives, if the precision says so: also those of
/// backward, which has threads of its own. What was set before is set again.
class Tf32Scope {
 public:
  explicit Tf32Scope(Precision precision);
  ~Tf32Scope();
  Tf32Scope(const Tf32Scope&) = delete;
  Tf32Scope& operator=(const Tf32Scope&) = delete;

 private:
  const bool on_;
  bool products_ = false, convolutions_ = false;  ///< as they were
};

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
