#include "sibyl/training/loss.hpp"

#include <torch/nn/functional/loss.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "train/loss/targets.hpp"

namespace sibyl {

bool are_classes(const at::Tensor& y) {
  return !y.is_floating_point();
}

at::Tensor shaped(const at::Tensor& y, const at::Tensor& output) {
  if (y.sizes() == output.sizes()) return y.to(output.scalar_type());
  if (y.numel() == output.numel() && y.size(0) == output.size(0)) {
    return y.reshape(output.sizes()).to(output.scalar_type());  // (samples) and (samples, 1)
  }
  std::ostringstream text;
  text
      << "The model's output has the shape " << output.sizes() << ", but y has " << y.sizes()
      << ": this loss compares them element by element. Change the model's last layer, or loss(); classes are whole numbers y, and values real ones.";
  throw Error(text.str());
}

at::Tensor in_columns(const at::Tensor& tensor) {
  if (tensor.dim() < 2) return tensor.reshape({-1, 1});
  return tensor.dim() == 2 ? tensor : tensor.movedim(1, -1).reshape({-1, tensor.size(1)});
}

namespace {

void check_classes(LossKind kind, const at::Tensor& output, const at::Tensor& y) {
  if (output.dim() == y.dim() + 1 && are_classes(y)) return;
  std::ostringstream text;
  text << to_string(kind)
       << " takes an output (samples, classes) and whole numbers y (samples), but the model's output "
       << "has the shape " << output.sizes() << " and y has " << y.sizes() << " of " << y.scalar_type()
       << ". Change the model's last layer, or loss().";
  throw Error(text.str());
}

void check_weights(const at::Tensor& output, const at::Tensor& class_weights) {
  if (class_weights.dim() == 1 && class_weights.size(0) == output.size(1)) return;
  std::ostringstream text;
  text << "class_weights() have the shape " << class_weights.sizes() << ", but the model's output has "
       << output.size(1) << " classes: give one number for each.";
  throw Error(text.str());
}

bool takes_class(double lowest) {
  return lowest >= 0 || lowest == left_out;
}

[[noreturn]] void refuse_targets(LossKind kind, const at::Tensor& output, const TargetRange& range) {
  std::ostringstream text;
  if (kind.takes_labels()) {
    text << to_string(kind) << " takes y from 0 to 1, but the data's go from " << range.lowest << " to "
         << range.highest
         << ". Count two classes as 0 and 1, or take cross_entropy and an output for each class.";
  } else if (!takes_class(range.lowest)) {
    text << "The data has the class " << range.lowest << ": classes are counted from 0.";
  } else {
    const auto classes = static_cast<std::int64_t>(range.highest) + 1;
    text
        << "The data has the classes 0 to " << classes - 1 << ", but the model puts out "
        << quantity(output.size(1), "number") << " a sample: its last layer has to put out " << classes
        << ", one for each class. (Where data() can be other data, let it set a member that build() takes, as jobs/iris.cpp does.)";
    if (output.size(1) == 1 && classes == 2)
      text << " One number for two classes goes with Loss::binary_cross_entropy.";
  }
  throw Error(text.str());
}

// What is sure already counts (1 - p)^gamma. Where p is 1 the power's slope may be infinite.
at::Tensor not_sure(const at::Tensor& wrong, double gamma) {
  return wrong.clamp_min(1e-12).pow(gamma);
}

at::Tensor focal(const Loss& loss, const at::Tensor& output, const at::Tensor& y,
                 const at::Tensor& class_weights) {
  const at::Tensor surprise =
      at::nll_loss_nd(output.log_softmax(1), y, {}, at::Reduction::None, left_out);  // 0 where left out
  const at::Tensor losses = not_sure(-(-surprise).expm1(), loss.gamma).mul(surprise);
  const at::Tensor counts = y.ne(left_out);
  if (!class_weights.defined()) return losses.sum().div(counts.sum());
  const at::Tensor weights =
      class_weights.index_select(0, y.clamp_min(0).flatten()).view_as(losses).mul(counts);
  return losses.mul(weights).sum().div(weights.sum());
}

at::Tensor binary_focal(const Loss& loss, const at::Tensor& output, const at::Tensor& y,
                        const LossWeights& weights) {
  const at::Tensor surprise = at::binary_cross_entropy_with_logits(output, y, weights.labels,
                                                                   weights.pos_weight, at::Reduction::None);
  const at::Tensor p = output.sigmoid();
  at::Tensor losses = not_sure(p.add(y).sub(p.mul(y), 2), loss.gamma).mul(surprise);
  if (loss.alpha > 0) losses = losses.mul(y.mul(2 * loss.alpha - 1).add(1 - loss.alpha));
  return losses.mean();
}

}  // namespace

LossKind resolve(LossKind kind, const at::Tensor& y) {
  if (kind != LossKind::automatic) return kind;
  return are_classes(y) ? LossKind::cross_entropy : LossKind::mse;
}

Loss resolve(Loss loss, const at::Tensor& y) {
  loss.kind = resolve(loss.kind, y);
  return loss;
}

TargetRange range_of(const at::Tensor& y) {
  return {.lowest = y.min().item<double>(), .highest = y.max().item<double>()};
}

TargetRange join(const TargetRange& a, const TargetRange& b) {
  return {.lowest = std::min(a.lowest, b.lowest), .highest = std::max(a.highest, b.highest)};
}

void check_targets(LossKind kind, const at::Tensor& output, const TargetRange& range) {
  const bool fits = kind.takes_labels() ? range.lowest >= 0 && range.highest <= 1
                    : kind.takes_classes()
                        ? takes_class(range.lowest) &&
                              (output.dim() < 2 || static_cast<double>(output.size(1)) > range.highest)
                        : true;
  if (!fits) refuse_targets(kind, output, range);
}

at::Tensor prepare_targets(const at::Tensor& y, at::ScalarType real) {
  return y.to(are_classes(y) ? at::kLong : real).contiguous();
}

at::Tensor compute(const Loss& loss, const at::Tensor& output, const at::Tensor& y,
                   const LossWeights& weights) {
  const LossKind kind = resolve(loss.kind, y);
  if (kind.takes_classes()) {
    check_classes(kind, output, y);
    if (weights.classes.defined()) check_weights(output, weights.classes);
  } else if (weights.classes.defined()) {
    throw Error("class_weights() are for cross_entropy: leave them out, or change loss().");
  }
  switch (kind) {
    case LossKind::cross_entropy:
      return at::cross_entropy_loss(output, y, weights.classes, at::Reduction::Mean, left_out,
                                    loss.label_smoothing);
    case LossKind::focal:
      return focal(loss, output, y, weights.classes);
    case LossKind::binary_cross_entropy:
      return at::binary_cross_entropy_with_logits(output, shaped(y, output), weights.labels,
                                                  weights.pos_weight);
    case LossKind::binary_focal:
      return binary_focal(loss, output, shaped(y, output), weights);
    case LossKind::mse:
      return at::mse_loss(output, shaped(y, output));
    case LossKind::mae:
      return at::l1_loss(output, shaped(y, output));
    case LossKind::huber:
      return at::huber_loss(output, shaped(y, output), at::Reduction::Mean, loss.delta);
    case LossKind::automatic:
      break;  // resolved above
  }
  throw std::logic_error("a loss that is not computed");
}

at::Tensor compute(MetricKind kind, const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  const at::NoGradGuard no_gradients;
  switch (kind) {
    case MetricKind::accuracy:
      return count_hits(loss, output, y).to(at::kDouble).div(static_cast<double>(y.numel()));
    case MetricKind::mae:
      return at::l1_loss(output, shaped(y, output));
    case MetricKind::mse:
      return at::mse_loss(output, shaped(y, output));
    default:
      throw std::logic_error("a metric that is no mean over batches");
  }
}

at::Tensor count_hits(const Loss& loss, const at::Tensor& output, const at::Tensor& y) {
  const at::NoGradGuard no_gradients;
  if (resolve(loss.kind, y).takes_classes()) return output.argmax(1).eq(y).sum();
  return output.gt(0).eq(shaped(y, output).gt(0.5)).sum();  // logits: above 0 is class 1
}

}  // namespace sibyl
