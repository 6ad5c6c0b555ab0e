#include <ATen/ATen.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "base/find_kind.hpp"
#include "sibyl/error.hpp"
#include "sibyl/training/loss.hpp"
#include "train/loss/targets.hpp"

namespace sibyl {

namespace {

const NamedKinds<LossKind::Kind>& losses() {
  static const NamedKinds<LossKind::Kind> all = {{"automatic", LossKind::automatic},
                                                 {"cross_entropy", LossKind::cross_entropy},
                                                 {"focal", LossKind::focal},
                                                 {"binary_cross_entropy", LossKind::binary_cross_entropy},
                                                 {"binary_focal", LossKind::binary_focal},
                                                 {"mse", LossKind::mse},
                                                 {"mae", LossKind::mae},
                                                 {"huber", LossKind::huber}};
  return all;
}

// n / (classes * count), as scikit-learn's "balanced" is; a class without samples counts as usual.
at::Tensor balanced(const at::Tensor& counts) {
  const at::Tensor real = counts.to(at::kDouble);
  const at::Tensor weights = real.sum(0).div(real.gt(0).sum(0).mul(real));
  return weights.masked_fill(real.eq(0), 1);
}

at::Tensor of_classes(const at::Tensor& y) {
  const at::Tensor classes = y.flatten();
  return balanced(at::bincount(classes.masked_select(classes.ge(0))));
}

void check_labels(const Loss& loss, std::int64_t labels) {
  const auto given = static_cast<std::int64_t>(loss.pos_weight.size());
  if (given > 1 && given != labels)
    throw Error("The loss has a pos_weight of " + std::to_string(given) + " numbers, but y has " +
                std::to_string(labels) + " labels: give one number for each, or one for all.");
}

LossWeights of_labels(const Loss& loss, const at::Tensor& y) {
  LossWeights weights;
  const at::Tensor rows = in_columns(y);
  check_labels(loss, rows.size(1));
  if (loss.balanced) {
    const at::Tensor ones = rows.gt(0.5).sum(0), zeros = ones.neg().add(rows.size(0));
    const at::Tensor both = balanced(at::stack({zeros, ones}));
    weights.labels = both[0];
    weights.pos_weight = both[1].div(both[0]);
  }
  if (!loss.pos_weight.empty() && loss.kind == LossKind::binary_cross_entropy) {
    const at::Tensor given = at::tensor(loss.pos_weight, at::kDouble).to(y.device());
    weights.pos_weight = weights.pos_weight.defined() ? weights.pos_weight.mul(given) : given;
  }
  // In the output's shape: behind the labels may come places.
  std::vector<std::int64_t> shape(static_cast<std::size_t>(std::max<std::int64_t>(1, y.dim() - 1)), 1);
  shape[0] = -1;
  for (at::Tensor* each : {&weights.labels, &weights.pos_weight})
    if (each->defined()) *each = each->reshape(shape);
  return weights;
}

}  // namespace

LossKind::LossKind(std::string_view name) : kind_(kind_named(name, "loss", losses())) {}

std::string_view to_string(LossKind kind) {
  for (const auto& [name, known] : losses())
    if (known == kind) return name;
  throw std::logic_error("a loss without a name");
}

void Loss::check() const {
  const auto refuse = [](const std::string& what) { throw Error("The loss has " + what + "."); };
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    refuse("a label_smoothing of " + std::to_string(label_smoothing) + ": it is a part, from 0 to 1");
  if (!(gamma >= 0 && std::isfinite(gamma)))
    refuse("a gamma of " + std::to_string(gamma) + ": it is at least 0");
  if (!(alpha >= 0 && alpha < 1))
    refuse("an alpha of " + std::to_string(alpha) + ": it is from 0 to below 1");
  if (!(delta > 0 && std::isfinite(delta))) refuse("a delta of " + std::to_string(delta) + ": it is above 0");
  for (const double weight : pos_weight)
    if (!(weight > 0 && std::isfinite(weight)))
      refuse("a pos_weight of " + std::to_string(weight) + ": it is above 0");
}

LossWeights weights_of(const Loss& loss, const at::Tensor& y) {
  const LossKind kind = resolve(loss.kind, y);
  if (kind.takes_labels()) return of_labels(loss, y);
  if (!loss.balanced) return {};
  if (!kind.takes_classes())
    throw Error("The loss is balanced, but " + std::string(to_string(kind)) +
                " has no classes: leave it out, or take another loss.");
  return {.classes = of_classes(y)};
}

}  // namespace sibyl
