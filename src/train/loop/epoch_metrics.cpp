#include "train/loop/epoch_metrics.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <optional>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

double number(const at::Tensor& scalar) {
  if (scalar.is_cpu() && scalar.scalar_type() == at::kFloat) return *scalar.data_ptr<float>();
  return scalar.item<double>();
}

std::int64_t argmax(std::int64_t n, const float* numbers) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < n; ++i) {
    if (numbers[i] > numbers[best]) best = i;
  }
  return best;
}

/// How many outputs are largest at y, where that can be counted without LibTorch's kernels (for small
/// batches, half a dozen of them cost as much as a layer does).
std::optional<std::int64_t> hits(const at::Tensor& output, const at::Tensor& y) {
  const bool plain = output.is_cpu() && output.scalar_type() == at::kFloat && output.dim() == 2 &&
                     output.is_contiguous() && output.size(1) > 0 && y.is_cpu() &&
                     y.scalar_type() == at::kLong && y.dim() == 1 && y.is_contiguous() &&
                     y.size(0) == output.size(0);
  if (!plain) return std::nullopt;
  const std::int64_t classes = output.size(1);
  const auto* const out = output.data_ptr<float>();
  const auto* const its_class = y.data_ptr<std::int64_t>();
  std::int64_t hits = 0;
  for (std::int64_t i = 0; i < y.size(0); ++i) hits += argmax(classes, out + i * classes) == its_class[i];
  return hits;
}

std::vector<MetricKind> part(const std::vector<MetricKind>& kinds, bool means) {
  std::vector<MetricKind> some;
  for (const MetricKind kind : kinds)
    if (is_mean(kind) == means) some.push_back(kind);
  return some;
}

}  // namespace

Means::Means(Loss loss, const std::vector<MetricKind>& kinds, at::Device device, BatchMetrics own)
    : loss_(loss),
      kinds_(part(kinds, true)),
      more_(std::move(loss), part(kinds, false), device, std::move(own)) {
  sums_ = at::zeros({1 + static_cast<std::int64_t>(kinds_.size())},
                    at::TensorOptions(at::kDouble).device(device));
  views_ = sums_.unbind();
}

void Means::clear() {
  sums_.zero_();
  more_.clear();
  samples_ = 0;
  labels_ = 0;
}

at::Tensor Means::state() const {
  return at::cat({sums_, more_.state(), at::full({1}, labels_, sums_.options()),
                  at::full({1}, samples_, sums_.options())});
}

void Means::restore(const at::Tensor& state) {
  const std::int64_t mine = sums_.size(0), rest = state.size(0) - mine;
  if (rest < 1)
    throw Error("The checkpoint has sums of other metrics than the job measures: was metrics() changed?");
  sums_.copy_(state.narrow(0, 0, mine));
  samples_ = static_cast<std::int64_t>(state[-1].item<double>());
  const bool has_labels = rest > 1;  // not of an older Sibyl, for a label a sample
  labels_ = has_labels ? static_cast<std::int64_t>(state[-2].item<double>()) : samples_;
  if (rest > 2) more_.restore(state.narrow(0, mine, rest - 2));
}

std::vector<at::Tensor> Means::tensors() const {
  std::vector<at::Tensor> all = more_.tensors();
  all.push_back(sums_);
  return all;
}

void Means::add(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y) {
  sum(loss, output, y);
  count(y);
}

void Means::sum(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y) {
  const c10::NoGradGuard no_gradients;
  if (sums_.is_cpu()) {
    add_here(loss, output, y);
  } else {
    add_there(loss, output, y);
  }
  more_.add(output, y);
}

void Means::count(const at::Tensor& y) {
  samples_ += y.size(0);
  labels_ += y.numel();
}

void Means::add_here(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y) {
  auto* sum = sums_.data_ptr<double>();
  const auto samples = static_cast<double>(y.size(0));
  *sum++ += number(loss) * samples;
  for (const MetricKind kind : kinds_) {
    if (kind == MetricKind::accuracy) {
      std::optional<std::int64_t> counted;
      if (loss_.kind.takes_classes()) counted = hits(output, y);
      *sum++ += static_cast<double>(counted ? *counted : count_hits(loss_, output, y).item<std::int64_t>());
    } else {
      *sum++ += number(compute(kind, loss_, output, y)) * samples;
    }
  }
}

void Means::add_there(const at::Tensor& loss, const at::Tensor& output, const at::Tensor& y) {
  views_[0].add_(loss.detach(), y.size(0));
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i] == MetricKind::accuracy) {
      views_[i + 1].add_(count_hits(loss_, output, y));
    } else {
      views_[i + 1].add_(compute(kinds_[i], loss_, output, y), y.size(0));
    }
  }
}

void Means::append_to(std::vector<Metric>& metrics, const std::string& prefix) const {
  const at::Tensor sums = sums_.cpu();  // waits for the device
  const double* const sum = sums.data_ptr<double>();
  const auto samples = static_cast<double>(samples_);
  metrics.push_back({prefix + "loss", sum[0] / samples});
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const double of = kinds_[i] == MetricKind::accuracy ? static_cast<double>(labels_) : samples;
    metrics.push_back({prefix + to_string(kinds_[i]), sum[i + 1] / of});
  }
  more_.append_to(metrics, prefix, samples_);
}

}  // namespace sibyl
