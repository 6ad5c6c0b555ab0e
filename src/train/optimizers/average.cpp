#include "train/optimizers/average.hpp"

#include <torch/torch.h>

#include "sibyl/error.hpp"

namespace sibyl {

void begin_average(const Optimizer& how, torch::nn::Module& model, std::vector<at::Tensor>& average) {
  if (!(how.ema_decay >= 0 && how.ema_decay < 1))
    throw Error("An optimizer's ema_decay is from 0 to below 1.");
  if (how.ema_decay == 0) average.clear();
  if (how.ema_decay == 0 || !average.empty()) return;
  for (const at::Tensor& parameter : model.parameters()) average.push_back(parameter.detach().clone());
}

void move_average(double decay, const std::vector<at::Tensor>& parameters,
                  const std::vector<at::Tensor>& average) {
  if (average.empty()) return;
  const torch::NoGradGuard no_gradients;
  at::_foreach_mul_(average, decay);
  at::_foreach_add_(average, parameters, 1 - decay);
}

AverageScope::AverageScope(torch::nn::Module& model, const std::vector<at::Tensor>& average) {
  if (average.empty()) return;
  parameters_ = model.parameters();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    own_.push_back(parameters_[i].detach());
    parameters_[i].set_data(average.at(i));
  }
}

AverageScope::~AverageScope() {
  for (std::size_t i = 0; i < own_.size(); ++i) parameters_[i].set_data(own_[i]);
}

}  // namespace sibyl
