#pragma once

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "train/optimizers/replayable.hpp"

namespace sibyl {

/// One of LibTorch's optimizers with a faster step: the same options, state, archives and, but for rounding,
/// numbers. On the CPU one pass over each parameter in place of a dozen (of RMSprop LibTorch's own);
/// elsewhere a kernel or two in all in place of a dozen for each parameter. What neither can do (sparse
/// gradients, say) LibTorch's own step does.
template <class Original>
class Fused : public Original, public ReplayableOptimizer {
 public:
  using Original::Original;
  torch::Tensor step(torch::optim::Optimizer::LossClosure closure = nullptr) override;

  bool prepare() override;
  void launch() override;
  void count() override;
  std::vector<at::Tensor> tensors() override;
  std::vector<double> constants() override;

 private:
  void prepare_group(std::size_t group);
  void launch_group(std::size_t group, bool pieces);
  void count_group(std::size_t group);

  StepNumbers numbers_;
};

using FusedAdam = Fused<torch::optim::Adam>;
using FusedAdamW = Fused<torch::optim::AdamW>;
using FusedSGD = Fused<torch::optim::SGD>;
using FusedRMSprop = Fused<torch::optim::RMSprop>;

extern template class Fused<torch::optim::Adam>;
extern template class Fused<torch::optim::AdamW>;
extern template class Fused<torch::optim::SGD>;
extern template class Fused<torch::optim::RMSprop>;

}  // namespace sibyl
