#pragma once

#include <vector>

#include "sibyl/training/optimizer.hpp"

namespace torch::nn {
class Module;
}

namespace sibyl {

// The exponential moving average of a model's weights (Polyak and Juditsky 1992), which wanders less than
// they do.

/// Copies the parameters, where `how` wants an average and there is none yet; empties it where it does not.
void begin_average(const Optimizer& how, torch::nn::Module& model, std::vector<at::Tensor>& average);

/// average = decay * average + (1 - decay) * parameters, without waiting for the device; nothing for an empty
/// one.
void move_average(double decay, const std::vector<at::Tensor>& parameters,
                  const std::vector<at::Tensor>& average);

/// The model has the average in place of its parameters, for as long as it lives; nothing is copied.
class AverageScope {
 public:
  AverageScope(torch::nn::Module& model, const std::vector<at::Tensor>& average);
  ~AverageScope();
  AverageScope(const AverageScope&) = delete;
  AverageScope& operator=(const AverageScope&) = delete;

 private:
  std::vector<at::Tensor> parameters_, own_;
};

}  // namespace sibyl
