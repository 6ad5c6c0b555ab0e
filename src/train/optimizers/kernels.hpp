#pragma once

#include <cstdint>

namespace sibyl {

// The loops of training over plain numbers, one pass each. They take the widest vectors that the processor
// has, give the same bits with any, and round where LibTorch's kernels do: training amplifies a last bit
// (measured: a CNN's loss differed by 5 % after 160 steps), and then nobody could compare.

/// One step of Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019) for one parameter.
struct AdamStep {
  float beta1, beta2;
  float rest1, rest2;  ///< 1 - beta
  float keep = 1;      ///< of the weight: AdamW's decay
  float decay = 0;     ///< of the weight into the gradient: Adam's
  float rate;          ///< learning rate / (1 - beta1^step)
  float root;          ///< 1 / sqrt(1 - beta2^step)
  float epsilon;
};
void adam(const AdamStep& step, std::int64_t n, float* weight, const float* gradient, float* mean,
          float* square);

/// One step of stochastic gradient descent for one parameter.
struct SgdStep {
  float rate, decay, momentum;
  bool nesterov;
};
void sgd(const SgdStep& step, std::int64_t n, float* weight, const float* gradient);
void sgd_with_momentum(const SgdStep& step, std::int64_t n, float* weight, const float* gradient,
                       float* velocity);

}  // namespace sibyl
