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

/// The same for a training_step(): what happens to a picture of the batch (batch, channels, height, width) is
/// drawn from LibTorch's generator, which goes on after a resume.
at::Tensor augmented(const at::Tensor& pictures, const Augment& how);

/// A batch mixed with itself in another order.
struct Mixed {
  at::Tensor x;
  at::Tensor y, other_y;  ///< what each sample is, for `part` of its loss, and for the rest
  double part = 1;

  /// `of`: the loss of the batch for these targets.
  template <class LossOf>
  at::Tensor loss(const LossOf& of) const {
    return part * of(y) + (1 - part) * of(other_y);
  }
};

/// Mixup (Zhang et al. 2018): `part` of a sample and the rest of another, part ~ Beta(alpha, alpha), the same
/// for all of the batch; from LibTorch's generator.
Mixed mixup(const at::Tensor& x, const at::Tensor& y, double alpha);

/// CutMix (Yun et al. 2019): a rectangle of another picture in place of a picture's own, which leaves `part`
/// of it, part ~ Beta(alpha, alpha). Pictures (batch, channels, height, width).
Mixed cutmix(const at::Tensor& pictures, const at::Tensor& y, double alpha);

}  // namespace sibyl
