#include "train/optimizers/gradient_lengths.hpp"

#include <ATen/ATen.h>

namespace sibyl {

namespace {
/// No count and no sum of lengths is that: a checkpoint of before they were measured has something else
/// there.
constexpr double mark = -1;
}  // namespace

GradientLengths::GradientLengths(bool measured, c10::Device device)
    : measured_(measured), sum_(at::zeros({}, at::TensorOptions(device).dtype(at::kDouble))) {}

void GradientLengths::clear() {
  if (measured_) sum_.zero_();
  steps_ = 0;
}

void GradientLengths::add(const at::Tensor& length) {
  sum_.add_(length);
}

std::optional<double> GradientLengths::mean() const {
  if (!measured_ || steps_ == 0) return {};
  return sum_.item<double>() / static_cast<double>(steps_);
}

at::Tensor GradientLengths::state() const {
  return at::stack({sum_, at::full_like(sum_, static_cast<double>(steps_)), at::full_like(sum_, mark)});
}

bool GradientLengths::restore(const at::Tensor& state) {
  if (state.dim() != 1 || state.numel() != 3 || state[2].item<double>() != mark) return false;
  if (!measured_) return true;
  sum_.copy_(state[0]);
  steps_ = static_cast<std::int64_t>(state[1].item<double>());
  return true;
}

}  // namespace sibyl
