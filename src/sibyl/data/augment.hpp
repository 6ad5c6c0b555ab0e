#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace sibyl {

class FitContext;

struct Augment {
  bool flip = true;        ///< left and right, for half of the pictures
  std::int64_t shift = 4;  ///< up to so many pixels, each way; what comes in from outside is zero
};

/// What happens to each picture in one epoch: a function of seed, trial, execution and epoch alone, so the
/// same on any worker and after any resume.
class Augmentation {
 public:
  Augmentation(const Augment& how, std::int64_t samples, const FitContext& context, int epoch);

  /// A batch (batch, channels, height, width) changed as becomes the samples at these `places` (batch) in the
  /// training set; where the pictures are, with their type. The context's order(), cut into batches, gives
  /// the places.
  at::Tensor operator()(const at::Tensor& pictures, const at::Tensor& places) const;

 private:
  std::int64_t shift_;
  at::Tensor flip_, down_, right_;  // (samples), on the device
};

}  // namespace sibyl
