#pragma once

#include <optional>
#include <vector>

#include "sibyl/training/optimizer.hpp"

namespace sibyl {

/// Without gradients a step begins: backward then gives each parameter its own as it is, where it would add
/// it to zeros.
void drop_gradients(torch::optim::Optimizer& optimizer);

/// Adds the gradient of factor |w| to that of each weight: of parameters of two dimensions or more.
void add_l1(torch::optim::Optimizer& optimizer, double factor);

/// The length of all gradients together, on their device; undefined where there are none.
at::Tensor gradient_length(torch::optim::Optimizer& optimizer);
/// Makes them no longer than `norm` (their direction stays), without waiting for the device. `length`:
/// theirs.
void clip_gradients(torch::optim::Optimizer& optimizer, const at::Tensor& length, double norm);

/// Of its first group; none for an optimizer that has no such thing.
std::optional<double> learning_rate(torch::optim::Optimizer& optimizer);

/// Multiplies the learning rate in all of param_groups(), of any optimizer; afterwards it is what it was.
class RateScope {
 public:
  RateScope(torch::optim::Optimizer& optimizer, double factor);
  ~RateScope();
  RateScope(const RateScope&) = delete;
  RateScope& operator=(const RateScope&) = delete;

 private:
  torch::optim::Optimizer& optimizer_;
  std::vector<double> rates_;  ///< as they were; none: untouched
};

}  // namespace sibyl
