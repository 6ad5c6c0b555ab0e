#include "sibyl/training/precision.hpp"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include <algorithm>

#include "train/device/cuda_driver.hpp"

namespace sibyl {

namespace {

thread_local int scopes = 0;  // that mix

bool cuda_knows_bfloat16(c10::Device device) {
  constexpr int ampere = 8;
  static const int index = std::max<int>(0, device.index());  // a process trains on one device
  static const bool knows = ask_cuda_driver(index).compute_capability >= ampere;
  return knows;
}

void set_autocast(c10::DeviceType device, bool on) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  if (on) at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, on);
#else
  if (device == c10::kCUDA) {
    if (on) at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
  } else {
    if (on) at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(on);
  }
#endif
}

}  // namespace

bool is_mixed(Precision precision, c10::Device device) {
  if (precision == Precision::full || precision == Precision::tf32) return false;
  if (device.is_cuda()) return cuda_knows_bfloat16(device);
  return device.is_cpu() && precision == Precision::mixed_on_cpu_too;
}

at::Tensor in_float(const at::Tensor& output) {
  return output.scalar_type() == at::kBFloat16 ? output.to(at::kFloat) : output;
}

Tf32Scope::Tf32Scope(Precision precision) : on_(precision == Precision::tf32) {
  if (!on_) return;
  at::Context& context = at::globalContext();
  products_ = context.allowTF32CuBLAS();
  convolutions_ = context.allowTF32CuDNN();
  context.setAllowTF32CuBLAS(true);
  context.setAllowTF32CuDNN(true);
}

Tf32Scope::~Tf32Scope() {
  if (!on_) return;
  at::globalContext().setAllowTF32CuBLAS(products_);
  at::globalContext().setAllowTF32CuDNN(convolutions_);
}

MixedPrecisionScope::MixedPrecisionScope(c10::Device device, bool mixed)
    : device_(device.type()), mixed_(mixed) {
  if (!mixed_) return;
  ++scopes;
  at::autocast::increment_nesting();
  set_autocast(device_, true);
}

MixedPrecisionScope::~MixedPrecisionScope() {
  if (!mixed_) return;
  set_autocast(device_, false);
  --scopes;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();  // the weights in 16 bits
}

bool MixedPrecisionScope::is_on() {
  return scopes > 0;
}

}  // namespace sibyl
