#include "train/optimizers/kernels.hpp"

#include <cmath>

#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
// One copy for each kind of vector; which one runs is decided when the program is loaded.
#define SIBYL_VECTORS __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define SIBYL_VECTORS
#endif

namespace sibyl {

// The numbers of a step are copied: what is written through a float* could otherwise be one of them.

SIBYL_VECTORS
void adam(const AdamStep& step, std::int64_t n, float* __restrict weight, const float* __restrict gradient,
          float* __restrict mean, float* __restrict square) {
  const AdamStep s = step;
  for (std::int64_t i = 0; i < n; ++i) {
    const float w = weight[i] * s.keep;
    const float g = std::fma(w, s.decay, gradient[i]);
    const float m = std::fma(g, s.rest1, mean[i] * s.beta1);
    const float v = std::fma(s.rest2 * g, g, square[i] * s.beta2);
    mean[i] = m;
    square[i] = v;
    weight[i] = w - s.rate * m / (std::sqrt(v) / s.root + s.epsilon);
  }
}

SIBYL_VECTORS
void sgd(const SgdStep& step, std::int64_t n, float* __restrict weight, const float* __restrict gradient) {
  const SgdStep s = step;
  for (std::int64_t i = 0; i < n; ++i) {
    const float g = std::fma(weight[i], s.decay, gradient[i]);
    weight[i] = std::fma(g, -s.rate, weight[i]);
  }
}

SIBYL_VECTORS
void sgd_with_momentum(const SgdStep& step, std::int64_t n, float* __restrict weight,
                       const float* __restrict gradient, float* __restrict velocity) {
  const SgdStep s = step;
  for (std::int64_t i = 0; i < n; ++i) {
    const float g = std::fma(weight[i], s.decay, gradient[i]);
    const float v = velocity[i] * s.momentum + g;
    velocity[i] = v;
    weight[i] = std::fma(s.nesterov ? std::fma(v, s.momentum, g) : v, -s.rate, weight[i]);
  }
}

}  // namespace sibyl
