#include "sibyl/data/augment.hpp"

#include <ATen/ATen.h>

#include <string>

#include "sibyl/error.hpp"
#include "sibyl/fit_context.hpp"
#include "sibyl/random.hpp"

namespace sibyl {

Augmentation::Augmentation(const Augment& how, std::int64_t samples, const FitContext& context, int epoch)
    : shift_(how.shift) {
  if (shift_ < 0)
    throw Error("Pictures can't be shifted by up to " + std::to_string(shift_) + " pixels: say 0 or more.");
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
  const std::int64_t height = pictures.size(2), width = pictures.size(3);
  const auto index = at::TensorOptions(at::kLong).device(pictures.device());
  const auto of = [&](const at::Tensor& all) { return all.index_select(0, places).unsqueeze(1); };
  // Where each row and column comes from, (batch, height) and (batch, width), in the pictures with a rim of
  // zeros.
  const at::Tensor columns = at::arange(width, index).unsqueeze(0);
  const at::Tensor row = at::arange(height, index).unsqueeze(0) - of(down_) + shift_;
  const at::Tensor column = at::where(of(flip_), width - 1 - columns, columns) - of(right_) + shift_;
  const at::Tensor padded = at::constant_pad_nd(pictures, {shift_, shift_, shift_, shift_});
  const at::Tensor sample = at::arange(pictures.size(0), index).view({-1, 1, 1, 1});
  const at::Tensor channel = at::arange(pictures.size(1), index).view({1, -1, 1, 1});
  return padded.index({sample, channel, row.view({-1, 1, height, 1}), column.view({-1, 1, 1, width})});
}

}  // namespace sibyl
