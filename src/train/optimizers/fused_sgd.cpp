#include <torch/torch.h>

#include "train/optimizers/fused_optimizers.hpp"
#include "train/optimizers/kernels.hpp"
#include "train/optimizers/parameter_states.hpp"

namespace sibyl {

namespace {

using torch::optim::SGDOptions;
using torch::optim::SGDParamState;

void step_by_loop(const SGDOptions& options, const at::Tensor& parameter, const at::Tensor& gradient,
                  const at::Tensor& velocity) {
  const SgdStep step{.rate = static_cast<float>(options.lr()),
                     .decay = static_cast<float>(options.weight_decay()),
                     .momentum = static_cast<float>(options.momentum()),
                     .nesterov = options.nesterov()};
  auto* const w = parameter.data_ptr<float>();
  const auto* const g = gradient.data_ptr<float>();
  auto* const v = velocity.defined() ? velocity.data_ptr<float>() : nullptr;
  in_parts(parameter.numel(), [&](std::int64_t begin, std::int64_t count) {
    if (v) {
      sgd_with_momentum(step, count, w + begin, g + begin, v + begin);
    } else {
      sgd(step, count, w + begin, g + begin);
    }
  });
}

void step_by_kernel(const SGDOptions& options, const Moving& moving,
                    const std::vector<at::Tensor>& velocities) {
  std::vector<at::Tensor> gradients = moving.gradients;
  if (options.weight_decay() != 0) {
    gradients = at::_foreach_add(gradients, moving.parameters, options.weight_decay());
  }
  if (!velocities.empty()) {
    at::_foreach_mul_(velocities, options.momentum());
    at::_foreach_add_(velocities, gradients);
    gradients = options.nesterov() ? at::_foreach_add(gradients, velocities, options.momentum()) : velocities;
  }
  at::_foreach_add_(moving.parameters, gradients, -options.lr());
}

/// Its velocity. LibTorch begins it with the first gradient, whole: as this one does after a step, if
/// dampening is none.
at::Tensor velocity_of(SGDParamState& state, const at::Tensor& parameter) {
  if (!state.momentum_buffer().defined()) state.momentum_buffer(torch::zeros_like(parameter));
  return state.momentum_buffer();
}

}  // namespace

torch::Tensor FusedSGD::step(LossClosure closure) {
  const torch::NoGradGuard no_gradients;
  std::vector<Moving> all;
  bool fused = !closure;
  for (const auto& group : param_groups()) {
    all.push_back(moving(group));
    const auto& options = static_cast<const SGDOptions&>(group.options());
    fused = fused && all.back().way != Way::unfused && options.dampening() == 0;
  }
  if (!fused) return SGD::step(std::move(closure));

  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& options = static_cast<const SGDOptions&>(param_groups()[i].options());
    const Moving& moving = all[i];
    std::vector<at::Tensor> velocities;
    for (std::size_t k = 0; k < moving.parameters.size(); ++k) {
      const at::Tensor& parameter = moving.parameters[k];
      at::Tensor velocity;
      if (options.momentum() != 0)
        velocity = velocity_of(state_of<SGDParamState>(state(), parameter), parameter);
      if (moving.way == Way::by_loop) {
        step_by_loop(options, parameter, moving.gradients[k], velocity);
      } else if (velocity.defined()) {
        velocities.push_back(velocity);
      }
    }
    if (moving.way == Way::by_kernel && !moving.parameters.empty())
      step_by_kernel(options, moving, velocities);
  }
  return {};
}

}  // namespace sibyl
