#include "train/optimizers/optimizer_step.hpp"

#include <c10/util/Exception.h>
#include <torch/torch.h>
#include <torch/version.h>

namespace sibyl {

namespace {

/// In every group; the rates that they had.
std::vector<double> multiply_rates(torch::optim::Optimizer& optimizer, double factor) {
  std::vector<double> before;
  for (auto& group : optimizer.param_groups()) {
    before.push_back(group.options().get_lr());
    group.options().set_lr(before.back() * factor);
  }
  return before;
}

void set_rates(torch::optim::Optimizer& optimizer, const std::vector<double>& rates) {
  auto& groups = optimizer.param_groups();
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i].options().set_lr(rates[i]);
}

}  // namespace

void drop_gradients(torch::optim::Optimizer& optimizer) {
  for (auto& group : optimizer.param_groups()) {
    for (at::Tensor& parameter : group.params()) parameter.mutable_grad().reset();
  }
}

void clip_gradients(torch::optim::Optimizer& optimizer, double norm) {
  const torch::NoGradGuard no_gradients;
  std::vector<at::Tensor> gradients;
  for (auto& group : optimizer.param_groups()) {
    for (at::Tensor& parameter : group.params()) {
      if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    }
  }
  if (gradients.empty()) return;
  const at::Tensor length = at::stack(at::_foreach_norm(gradients)).norm();
  const at::Tensor shorter = (norm / (length + 1e-6)).clamp_max(1);  // as LibTorch's clip_grad_norm_
  if (shorter.is_cpu()) {
    if (const auto factor = shorter.item<double>(); factor != 1) at::_foreach_mul_(gradients, factor);
    return;
  }
#if TORCH_VERSION_MAJOR >= 2
  at::_foreach_mul_(gradients, shorter);
#else
  for (at::Tensor& gradient : gradients) gradient.mul_(shorter);
#endif
}

std::optional<double> learning_rate(torch::optim::Optimizer& optimizer) {
  if (optimizer.param_groups().empty()) return {};
  try {
    return optimizer.param_groups()[0].options().get_lr();
  } catch (const c10::Error&) {  // LibTorch's answer where the options know no rate
    return {};
  }
}

void take_step(torch::optim::Optimizer& optimizer, const Optimizer& how, const StepPlace& place) {
  if (how.clip_norm > 0) clip_gradients(optimizer, how.clip_norm);
  const double factor = how.schedule.at(place);
  if (factor == 1) {
    optimizer.step();
    return;
  }
  const auto rates = multiply_rates(optimizer, factor);
  optimizer.step();
  set_rates(optimizer, rates);
}

}  // namespace sibyl
