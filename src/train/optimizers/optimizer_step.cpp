#include "train/optimizers/optimizer_step.hpp"

#include <c10/util/Exception.h>
#include <torch/torch.h>
#include <torch/version.h>

namespace sibyl {

void drop_gradients(torch::optim::Optimizer& optimizer) {
  for (auto& group : optimizer.param_groups()) {
    for (at::Tensor& parameter : group.params()) parameter.mutable_grad().reset();
  }
}

void add_l1(torch::optim::Optimizer& optimizer, double factor) {
  const torch::NoGradGuard no_gradients;
  for (auto& group : optimizer.param_groups()) {
    for (at::Tensor& parameter : group.params()) {
      if (parameter.dim() >= 2 && parameter.grad().defined())
        parameter.mutable_grad().add_(parameter.sign(), factor);
    }
  }
}

namespace {

std::vector<at::Tensor> gradients_of(torch::optim::Optimizer& optimizer) {
  std::vector<at::Tensor> gradients;
  for (auto& group : optimizer.param_groups()) {
    for (at::Tensor& parameter : group.params()) {
      if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    }
  }
  return gradients;
}

}  // namespace

at::Tensor gradient_length(torch::optim::Optimizer& optimizer) {
  const torch::NoGradGuard no_gradients;
  const std::vector<at::Tensor> gradients = gradients_of(optimizer);
  return gradients.empty() ? at::Tensor() : at::stack(at::_foreach_norm(gradients)).norm();
}

void clip_gradients(torch::optim::Optimizer& optimizer, const at::Tensor& length, double norm) {
  const torch::NoGradGuard no_gradients;
  std::vector<at::Tensor> gradients = gradients_of(optimizer);
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

RateScope::RateScope(torch::optim::Optimizer& optimizer, double factor) : optimizer_(optimizer) {
  if (factor == 1) return;
  for (auto& group : optimizer_.param_groups()) {
    rates_.push_back(group.options().get_lr());
    group.options().set_lr(rates_.back() * factor);
  }
}

RateScope::~RateScope() {
  auto& groups = optimizer_.param_groups();
  for (std::size_t i = 0; i < rates_.size(); ++i) groups[i].options().set_lr(rates_[i]);
}

}  // namespace sibyl
