#include "sibyl/loss.hpp"

#include <torch/nn/functional/loss.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

bool whole_numbers(const at::Tensor& y) {
  return !y.is_floating_point();
}

/// y in the shape of the model's output.
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

void check_classes(const at::Tensor& output, const at::Tensor& y) {
  if (output.dim() == y.dim() + 1 && whole_numbers(y)) return;
  std::ostringstream text;
  text
      << "cross_entropy takes an output (samples, classes) and whole numbers y (samples), but the model's output "
      << "has the shape " << output.sizes() << " and y has " << y.sizes() << " of " << y.scalar_type()
      << ". Change the model's last layer, or loss().";
  throw Error(text.str());
}

void check_weights(const at::Tensor& output, const at::Tensor& class_weights) {
  if (!class_weights.defined()) return;
  if (class_weights.dim() == 1 && class_weights.size(0) == output.size(1)) return;
  std::ostringstream text;
  text << "class_weights() have the shape " << class_weights.sizes() << ", but the model's output has "
       << output.size(1) << " classes: give one number for each.";
  throw Error(text.str());
}

bool takes_class(double lowest) {
  constexpr double left_out = -100;  // LibTorch gives such a sample no loss
  return lowest >= 0 || lowest == left_out;
}

[[noreturn]] void refuse_targets(Loss loss, const at::Tensor& output, const TargetRange& range) {
  std::ostringstream text;
  if (loss == Loss::binary_cross_entropy) {
    text << "binary_cross_entropy takes y from 0 to 1, but the data's go from " << range.lowest << " to "
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

}  // namespace

std::string_view to_string(MetricKind kind) {
  switch (kind) {
    case MetricKind::accuracy:
      return "accuracy";
    case MetricKind::mae:
      return "mae";
    case MetricKind::mse:
      return "mse";
  }
  throw std::logic_error("a metric without a name");
}

Loss resolve(Loss loss, const at::Tensor& y) {
  if (loss != Loss::automatic) return loss;
  return whole_numbers(y) ? Loss::cross_entropy : Loss::mse;
}

TargetRange range_of(const at::Tensor& y) {
  return {.lowest = y.min().item<double>(), .highest = y.max().item<double>()};
}

TargetRange join(const TargetRange& a, const TargetRange& b) {
  return {.lowest = std::min(a.lowest, b.lowest), .highest = std::max(a.highest, b.highest)};
}

void check_targets(Loss loss, const at::Tensor& output, const TargetRange& range) {
  const bool fits = loss == Loss::binary_cross_entropy ? range.lowest >= 0 && range.highest <= 1
                    : loss == Loss::cross_entropy
                        ? takes_class(range.lowest) &&
                              (output.dim() < 2 || static_cast<double>(output.size(1)) > range.highest)
                        : true;
  if (!fits) refuse_targets(loss, output, range);
}

at::Tensor prepare_targets(const at::Tensor& y, at::ScalarType real) {
  return y.to(whole_numbers(y) ? at::kLong : real).contiguous();
}

at::Tensor compute(Loss loss, const at::Tensor& output, const at::Tensor& y,
                   const at::Tensor& class_weights) {
  loss = resolve(loss, y);
  if (class_weights.defined() && loss != Loss::cross_entropy) {
    throw Error("class_weights() are for cross_entropy: leave them out, or change loss().");
  }
  switch (loss) {
    case Loss::cross_entropy:
      check_classes(output, y);
      check_weights(output, class_weights);
      return at::cross_entropy_loss(output, y, class_weights);
    case Loss::binary_cross_entropy:
      return at::binary_cross_entropy_with_logits(output, shaped(y, output));
    case Loss::mse:
      return at::mse_loss(output, shaped(y, output));
    case Loss::mae:
      return at::l1_loss(output, shaped(y, output));
    case Loss::huber:
      return at::huber_loss(output, shaped(y, output));
    case Loss::automatic:
      break;  // resolved above
  }
  throw std::logic_error("a loss that is not computed");
}

at::Tensor compute(MetricKind kind, Loss loss, const at::Tensor& output, const at::Tensor& y) {
  const at::NoGradGuard no_gradients;
  switch (kind) {
    case MetricKind::accuracy:
      return count_hits(loss, output, y).to(at::kDouble).div(static_cast<double>(y.numel()));
    case MetricKind::mae:
      return at::l1_loss(output, shaped(y, output));
    case MetricKind::mse:
      return at::mse_loss(output, shaped(y, output));
  }
  throw std::logic_error("a metric that is not computed");
}

at::Tensor count_hits(Loss loss, const at::Tensor& output, const at::Tensor& y) {
  const at::NoGradGuard no_gradients;
  if (resolve(loss, y) == Loss::cross_entropy) return output.argmax(1).eq(y).sum();
  return output.gt(0).eq(shaped(y, output).gt(0.5)).sum();  // logits: above 0 is class 1
}

}  // namespace sibyl
