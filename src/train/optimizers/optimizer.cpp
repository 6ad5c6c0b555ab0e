#include "sibyl/training/optimizer.hpp"

#include <torch/optim.h>

#include <string>

#include "base/find_kind.hpp"
#include "train/optimizers/fused_optimizers.hpp"

namespace sibyl {

OptimizerKind::OptimizerKind(std::string_view name)
    : kind_(kind_named<Kind>(name, "optimizer",
                             {{"sgd", sgd}, {"adam", adam}, {"adamw", adamw}, {"rmsprop", rmsprop}})) {}

std::unique_ptr<torch::optim::Optimizer> Optimizer::make(std::vector<at::Tensor> parameters) const {
  namespace optim = torch::optim;
  switch (kind) {
    case OptimizerKind::sgd:
      return std::make_unique<FusedSGD>(
          std::move(parameters),
          optim::SGDOptions(learning_rate).momentum(momentum).weight_decay(weight_decay).nesterov(nesterov));
    case OptimizerKind::adam:
      return std::make_unique<FusedAdam>(
          std::move(parameters),
          optim::AdamOptions(learning_rate).betas({beta1, beta2}).eps(epsilon).weight_decay(weight_decay));
    case OptimizerKind::adamw:
      return std::make_unique<FusedAdamW>(
          std::move(parameters),
          optim::AdamWOptions(learning_rate).betas({beta1, beta2}).eps(epsilon).weight_decay(weight_decay));
    case OptimizerKind::rmsprop:
      return std::make_unique<FusedRMSprop>(std::move(parameters), optim::RMSpropOptions(learning_rate)
                                                                       .alpha(alpha)
                                                                       .eps(epsilon)
                                                                       .momentum(momentum)
                                                                       .weight_decay(weight_decay));
  }
  throw std::logic_error("an optimizer kind without a maker");
}

}  // namespace sibyl
