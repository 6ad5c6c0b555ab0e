#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "sibyl/training/metric.hpp"

namespace sibyl {

/// Which loss; reads itself from a text, as OptimizerKind does. Entropies take logits, not probabilities.
class LossKind {
 public:
  enum Kind {
    automatic,             ///< by y: whole numbers cross_entropy, real numbers mse
    cross_entropy,         ///< output (samples, classes, ...), y (samples, ...) of whole numbers
    focal,                 ///< the same, where what is right already counts less (Lin et al. 2017)
    binary_cross_entropy,  ///< y from 0 to 1 in the shape of the output; several columns are labels
    binary_focal,
    mse,
    mae,
    huber,
  };
  constexpr LossKind(Kind kind) : kind_(kind) {}
  /// Throws Error for a name that it does not know.
  LossKind(std::string_view name);
  LossKind(const std::string& name) : LossKind(std::string_view(name)) {}
  LossKind(const char* name) : LossKind(std::string_view(name)) {}
  constexpr operator Kind() const { return kind_; }

  /// Has y the number of a sample's class?
  constexpr bool takes_classes() const { return kind_ == cross_entropy || kind_ == focal; }
  /// Has y zeros and ones, of one label or of several?
  constexpr bool takes_labels() const { return kind_ == binary_cross_entropy || kind_ == binary_focal; }

 private:
  Kind kind_;
};
std::string_view to_string(LossKind kind);
inline constexpr LossKind::Kind loss_kinds[] = {
    LossKind::automatic,    LossKind::cross_entropy, LossKind::focal, LossKind::binary_cross_entropy,
    LossKind::binary_focal, LossKind::mse,           LossKind::mae,   LossKind::huber};

/// What training makes small: a mean over the samples. `Loss::huber`, or `{.kind = "huber", .delta = 2}`.
/// What a kind does not know, it ignores.
struct Loss {
  LossKind kind = LossKind::automatic;
  double label_smoothing = 0;  ///< cross_entropy: so much of a sample is shared among all classes
  double gamma = 2;            ///< focal, binary_focal: 0 is the entropy itself
  double alpha = 0;            ///< binary_focal: a 1 counts alpha, a 0 counts 1 - alpha; 0: both the same
  double delta = 1;            ///< huber: a larger error counts by its size, a smaller one by its square
  /// binary_cross_entropy: what a 1 counts where a 0 counts 1; one number, or one for each label.
  std::vector<double> pos_weight = {};
  /// Classes (of labels: zeros and ones) count alike, however many samples of each there are: a sample counts
  /// n / (classes * samples of its class), both of the training split.
  bool balanced = false;

  /// Throws Error when its numbers make no sense.
  void check() const;
  bool operator==(const Loss&) const = default;

  static const Loss automatic, cross_entropy, focal, binary_cross_entropy, binary_focal, mse, mae, huber;
};
inline const Loss Loss::automatic{.kind = LossKind::automatic};
inline const Loss Loss::cross_entropy{.kind = LossKind::cross_entropy};
inline const Loss Loss::focal{.kind = LossKind::focal};
inline const Loss Loss::binary_cross_entropy{.kind = LossKind::binary_cross_entropy};
inline const Loss Loss::binary_focal{.kind = LossKind::binary_focal};
inline const Loss Loss::mse{.kind = LossKind::mse};
inline const Loss Loss::mae{.kind = LossKind::mae};
inline const Loss Loss::huber{.kind = LossKind::huber};

/// What `automatic` stands for.
LossKind resolve(LossKind kind, const at::Tensor& y);
Loss resolve(Loss loss, const at::Tensor& y);

/// The lowest and the highest of all targets.
struct TargetRange {
  double lowest = 0, highest = 0;
};
TargetRange range_of(const at::Tensor& y);
/// Of both.
TargetRange join(const TargetRange& a, const TargetRange& b);

/// Throws Error when the loss can't take such targets, or the output has fewer numbers a sample than there
/// are classes: before a step, since a CUDA device that meets a class beyond them never works again in its
/// process. `kind` is resolved.
void check_targets(LossKind kind, const at::Tensor& output, const TargetRange& range);

/// y as the losses want it: classes as int64, values in the floating-point type of x.
at::Tensor prepare_targets(const at::Tensor& y, at::ScalarType real);

/// How much samples count, on the output's device; undefined: the same.
struct LossWeights {
  at::Tensor classes = {};     ///< cross_entropy, focal: one for each class; the mean is weighted by them
  at::Tensor labels = {};      ///< of labels: one number, or one for each of them
  at::Tensor pos_weight = {};  ///< of labels: what a 1 counts where a 0 counts 1
};
/// Of a loss with pos_weight or balanced; `y` are the training split's targets. Undefined where there are
/// none.
LossWeights weights_of(const Loss& loss, const at::Tensor& y);

/// The mean loss of a batch. Throws Error when the model's output does not fit y: LibTorch would broadcast a
/// column against a row and train on nonsense.
at::Tensor compute(const Loss& loss, const at::Tensor& output, const at::Tensor& y,
                   const LossWeights& weights = {});

/// The mean of accuracy, mae or mse over a batch, without gradients; on the batch's device.
at::Tensor compute(MetricKind kind, const Loss& loss, const at::Tensor& output, const at::Tensor& y);

/// How many of y's labels the output hits: the accuracy, in a whole number.
at::Tensor count_hits(const Loss& loss, const at::Tensor& output, const at::Tensor& y);

}  // namespace sibyl
