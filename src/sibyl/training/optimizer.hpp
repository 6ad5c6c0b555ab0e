#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sibyl/training/schedule.hpp"

namespace torch::optim {
class Optimizer;
}

namespace sibyl {

/// Which optimizer; reads itself from a text, so that `hp.Choice("optimizer", {"sgd", "adam"})` can be
/// passed.
class OptimizerKind {
 public:
  enum Kind { sgd, adam, adamw, rmsprop };
  constexpr OptimizerKind(Kind kind) : kind_(kind) {}
  /// Throws Error for a name that it does not know.
  OptimizerKind(std::string_view name);
  OptimizerKind(const std::string& name) : OptimizerKind(std::string_view(name)) {}
  OptimizerKind(const char* name) : OptimizerKind(std::string_view(name)) {}
  constexpr operator Kind() const { return kind_; }

 private:
  Kind kind_;
};

/// How a model's weights are moved. The defaults are LibTorch's; what an optimizer does not know, it ignores.
struct Optimizer {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-3;
  double momentum = 0;      ///< sgd, rmsprop
  double weight_decay = 0;  ///< adamw's is decoupled from the gradient; the others add it to that
  bool nesterov = false;    ///< sgd
  double beta1 = 0.9;       ///< adam, adamw
  double beta2 = 0.999;     ///< adam, adamw
  double alpha = 0.99;      ///< rmsprop
  double epsilon = 1e-8;    ///< adam, adamw, rmsprop
  double l1 = 0;            ///< adds l1 |w| of each weight (not of biases and norms) to the loss
  double ema_decay = 0;  ///< validate, and keep, the moving average of the weights (average = decay * average
                         ///< + (1 - decay) * weights after each step), not the weights; 0: no
  double clip_norm = 0;  ///< gradients that are together longer are shortened to it; 0: never
  Schedule schedule = {};
  /// Is the length of the gradients a column of /epochs? It is where clip_norm is, which has to know it.
  bool gradient_norm = false;

  /// Schedule, l1, ema_decay and clip_norm are not in it: fit() adds them.
  std::unique_ptr<torch::optim::Optimizer> make(std::vector<at::Tensor> parameters) const;
};

}  // namespace sibyl
