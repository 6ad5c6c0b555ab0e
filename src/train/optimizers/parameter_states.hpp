#pragma once

#include <ATen/Parallel.h>
#include <torch/optim/optimizer.h>
#include <torch/version.h>

#include <sstream>
#include <string>
#include <vector>

namespace sibyl {

/// Has LibTorch one kernel for the step of all parameters that reads the learning rate from the device? For
/// all of Adam, AdamW and SGD since 2.4.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
#define SIBYL_FUSED_KERNELS
inline constexpr bool has_fused_kernels = true;
#else
inline constexpr bool has_fused_kernels = false;
#endif

/// How a group of parameters can be stepped.
enum class Way {
  by_loop,    ///< plain loops over its numbers
  by_kernel,  ///< LibTorch's kernel that does the whole step
  by_lists,   ///< its kernels that do one operation for lists of tensors
  unfused,    ///< only as LibTorch does it
};

inline Way way_of(const at::Tensor& parameter, const at::Tensor& gradient) {
  if (gradient.layout() != at::kStrided || parameter.is_complex()) return Way::unfused;
  const bool same_type = gradient.scalar_type() == parameter.scalar_type();
  const bool plain = parameter.is_cpu() && gradient.is_cpu() && parameter.scalar_type() == at::kFloat &&
                     same_type && parameter.is_contiguous() && gradient.is_contiguous();
  if (plain) return Way::by_loop;
  const bool lie_alike =
      gradient.strides() == parameter.strides() && parameter.is_non_overlapping_and_dense();
  return has_fused_kernels && same_type && lie_alike ? Way::by_kernel : Way::by_lists;
}

/// The parameters that have a gradient, and how all of them can be stepped.
struct Moving {
  std::vector<at::Tensor> parameters, gradients;
  Way way = Way::by_loop;
};

inline Moving moving(const torch::optim::OptimizerParamGroup& group) {
  Moving moving;
  for (const at::Tensor& parameter : group.params()) {
    const at::Tensor& gradient = parameter.grad();
    if (!gradient.defined()) continue;
    moving.way = std::max(moving.way, way_of(parameter, gradient));
    moving.parameters.push_back(parameter);
    moving.gradients.push_back(gradient);
  }
  return moving;
}

/// The names by which LibTorch's optimizers find the state of a parameter; the second is that of newer ones.
inline void set_key(std::string& key, const at::Tensor& parameter) {
  std::ostringstream text;
  text << parameter.unsafeGetTensorImpl();
  key = text.str();
}
inline void set_key(void*& key, const at::Tensor& parameter) {
  key = parameter.unsafeGetTensorImpl();
}

/// Where a LibTorch optimizer keeps the state of a parameter: made when there is none.
template <class State, class States>
State& state_of(States& states, const at::Tensor& parameter) {
  typename States::key_type key{};
  set_key(key, parameter);
  auto& state = states[key];
  if (!state) state = std::make_unique<State>();
  return static_cast<State&>(*state);
}

/// Calls f(begin, count) for parts of n numbers, in as many threads as the process has.
template <class F>
void in_parts(std::int64_t n, const F& f) {
  constexpr std::int64_t worth_a_thread = 32768;
  at::parallel_for(0, n, worth_a_thread,
                   [&](std::int64_t begin, std::int64_t end) { f(begin, end - begin); });
}

}  // namespace sibyl
