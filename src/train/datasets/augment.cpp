#include "sibyl/data/augment.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "sibyl/error.hpp"
#include "sibyl/random.hpp"
#include "sibyl/training/fit_context.hpp"

namespace sibyl {

namespace {

void check_shift(std::int64_t shift) {
  if (shift < 0)
    throw Error("Pictures can't be shifted by up to " + std::to_string(shift) + " pixels: say 0 or more.");
}

/// `down` and `right` are at most `shift` either way; all three (batch).
at::Tensor moved(const at::Tensor& pictures, std::int64_t shift, const at::Tensor& flip,
                 const at::Tensor& down, const at::Tensor& right) {
  const std::int64_t height = pictures.size(2), width = pictures.size(3);
  const auto index = at::TensorOptions(at::kLong).device(pictures.device());
  // Where each row and column comes from, (batch, height) and (batch, width), in the pictures with a rim of
  // zeros.
  const at::Tensor columns = at::arange(width, index).unsqueeze(0);
  const at::Tensor row = at::arange(height, index).unsqueeze(0) - down.unsqueeze(1) + shift;
  const at::Tensor column =
      at::where(flip.unsqueeze(1), width - 1 - columns, columns) - right.unsqueeze(1) + shift;
  const at::Tensor padded = at::constant_pad_nd(pictures, {shift, shift, shift, shift});
  const at::Tensor sample = at::arange(pictures.size(0), index).view({-1, 1, 1, 1});
  const at::Tensor channel = at::arange(pictures.size(1), index).view({1, -1, 1, 1});
  return padded.index({sample, channel, row.view({-1, 1, height, 1}), column.view({-1, 1, 1, width})});
}

double beta(double alpha) {
  if (!(alpha > 0)) throw Error("What mixes samples takes an alpha above 0.");
  return at::_sample_dirichlet(at::full({2}, alpha, at::kDouble))[0].item<double>();
}

}  // namespace

Augmentation::Augmentation(const Augment& how, std::int64_t samples, const FitContext& context, int epoch)
    : shift_(how.shift) {
  check_shift(shift_);
  flip_ = at::zeros({samples}, at::kBool);
  down_ = at::zeros({samples}, at::kLong);
  right_ = at::zeros({samples}, at::kLong);
  auto* const flip = flip_.data_ptr<bool>();
  auto* const down = down_.data_ptr<std::int64_t>();
  auto* const right = right_.data_ptr<std::int64_t>();
  RandomStream random(context.seed(), "augmentation", context.trial(), context.execution(), epoch);
  const auto draw_shift = [&] {
    return static_cast<std::int64_t>(random.below(2 * static_cast<std::uint64_t>(shift_) + 1)) - shift_;
  };
  for (std::int64_t i = 0; i < samples; ++i) {
    flip[i] = how.flip && random.below(2) == 1;
    down[i] = draw_shift();
    right[i] = draw_shift();
  }
  flip_ = flip_.to(context.device());
  down_ = down_.to(context.device());
  right_ = right_.to(context.device());
}

at::Tensor Augmentation::operator()(const at::Tensor& pictures, const at::Tensor& places) const {
  if (pictures.dim() != 4 || pictures.size(0) != places.size(0)) {
    throw Error("Augmentation takes pictures (batch, channels, height, width), and a place for each.");
  }
  const auto of = [&](const at::Tensor& all) { return all.index_select(0, places); };
  return moved(pictures, shift_, of(flip_), of(down_), of(right_));
}

at::Tensor augmented(const at::Tensor& pictures, const Augment& how) {
  if (pictures.dim() != 4) throw Error("augmented() takes pictures (batch, channels, height, width).");
  check_shift(how.shift);
  const std::int64_t batch = pictures.size(0);
  const auto device = pictures.device();
  const auto whole = at::TensorOptions(at::kLong).device(device);
  const at::Tensor flip = how.flip ? at::rand({batch}, at::TensorOptions(at::kFloat).device(device)).lt(0.5)
                                   : at::zeros({batch}, at::TensorOptions(at::kBool).device(device));
  const at::Tensor down = at::randint(-how.shift, how.shift + 1, {batch}, whole);
  const at::Tensor right = at::randint(-how.shift, how.shift + 1, {batch}, whole);
  return moved(pictures, how.shift, flip, down, right);
}

Mixed mixup(const at::Tensor& x, const at::Tensor& y, double alpha) {
  const double part = beta(alpha);
  const at::Tensor others = at::randperm(x.size(0), at::TensorOptions(at::kLong).device(x.device()));
  return {.x = x * part + x.index_select(0, others) * (1 - part),
          .y = y,
          .other_y = y.index_select(0, others),
          .part = part};
}

Mixed cutmix(const at::Tensor& pictures, const at::Tensor& y, double alpha) {
  if (pictures.dim() != 4) throw Error("cutmix() takes pictures (batch, channels, height, width).");
  const double cut = std::sqrt(1 - beta(alpha));
  const at::Tensor others =
      at::randperm(pictures.size(0), at::TensorOptions(at::kLong).device(pictures.device()));
  // From the middle, which is anywhere: what stands out is cut off.
  const auto range = [&](std::int64_t size) {
    const auto middle = at::randint(size, {1}, at::kLong).item<std::int64_t>();
    const auto half = static_cast<std::int64_t>(cut * static_cast<double>(size)) / 2;
    const std::int64_t begin = std::max<std::int64_t>(middle - half, 0);
    return std::pair(begin, std::min(middle + half, size) - begin);
  };
  const auto [top, rows] = range(pictures.size(2));
  const auto [left, columns] = range(pictures.size(3));
  at::Tensor mixed = pictures.clone();
  mixed.narrow(2, top, rows)
      .narrow(3, left, columns)
      .copy_(pictures.index_select(0, others).narrow(2, top, rows).narrow(3, left, columns));
  const double area = static_cast<double>(pictures.size(2) * pictures.size(3));
  return {.x = mixed,
          .y = y,
          .other_y = y.index_select(0, others),
          .part = 1 - static_cast<double>(rows * columns) / area};
}

}  // namespace sibyl
