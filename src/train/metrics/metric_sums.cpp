#include "train/metrics/metric_sums.hpp"

#include <ATen/ATen.h>

#include <limits>

#include "sibyl/error.hpp"
#include "train/loss/targets.hpp"
#include "train/metrics/class_counts.hpp"
#include "train/metrics/value_moments.hpp"

namespace sibyl {

namespace {

bool is_of_values(MetricKind kind) {
  return kind == MetricKind::rmse || kind == MetricKind::r2 || kind == MetricKind::mape;
}

[[noreturn]] void refuse_state() {
  throw Error(
      "The checkpoint has sums of other metrics than the job measures: was metrics() changed? Start a new sweep, or undo the change.");
}

}  // namespace

bool is_mean(MetricKind kind) {
  return kind == MetricKind::accuracy || kind == MetricKind::mae || kind == MetricKind::mse;
}

bool needs_all(MetricKind kind) {
  return kind == MetricKind::roc_auc || kind == MetricKind::spearman;
}

MetricSums::MetricSums(Loss loss, std::vector<MetricKind> kinds, at::Device device, BatchMetrics own)
    : loss_(std::move(loss)), kinds_(std::move(kinds)), device_(device), own_(std::move(own)) {
  for (const MetricKind kind : kinds_) {
    if (kind == MetricKind::top_k_accuracy) {
      tops_.push_back(kind.k());
    } else if (is_of_values(kind)) {
      sums_values_ = true;
    } else {
      counts_classes_ = true;
    }
  }
}

std::vector<at::Tensor> MetricSums::tensors() const {
  std::vector<at::Tensor> defined;
  for (const at::Tensor& each : {means_, counts_, hits_, moments_})
    if (each.defined()) defined.push_back(each);
  return defined;
}

void MetricSums::clear() {
  for (const at::Tensor& each : tensors()) each.zero_();
}

void MetricSums::shape(at::Tensor& sums, at::IntArrayRef sizes) const {
  if (!sums.defined()) {
    sums = at::zeros(sizes, at::TensorOptions(at::kDouble).device(device_));
  } else if (sums.sizes() != sizes) {
    throw Error(
        "The model's output has another number of columns in this batch than before: no metric of all can be taken of that.");
  }
}

void MetricSums::add(const at::Tensor& output, const at::Tensor& y) {
  if (own_) add_own(output, y);
  if (counts_classes_) {
    shape(counts_, {3, classes_of(loss_, output, y)});
    labels_ = are_labels(loss_, output, y);
    count_classes(loss_, output, y, counts_);
  }
  if (!tops_.empty()) {
    if (!resolve(loss_.kind, y).takes_classes())
      throw Error("top_k_accuracy is of classes, but the loss is " +
                  std::string(to_string(resolve(loss_.kind, y))) + ": change metrics(), or loss().");
    shape(hits_, {static_cast<std::int64_t>(tops_.size()) + 1});
    count_top(tops_, output, y, hits_);
  }
  if (sums_values_) {
    const at::Tensor values = in_columns(output);
    shape(moments_, {moments, values.size(1)});
    add_moments(values, in_columns(shaped(y, output)), moments_);
  }
}

void MetricSums::add_own(const at::Tensor& output, const at::Tensor& y) {
  const std::vector<BatchMetric> own = own_(output, y);
  if (own.empty() && names_.empty()) return;
  std::vector<std::string> names;
  for (const BatchMetric& each : own) {
    if (each.name.empty() || !each.mean.defined() || each.mean.numel() != 1)
      throw Error("batch_metrics() has to give names, and one number for each" +
                  (each.name.empty() ? "." : ": " + each.name + " is none."));
    names.push_back(each.name);
  }
  if (names_.empty()) names_ = names;
  if (names != names_) throw Error("batch_metrics() gives other metrics in this batch than before.");
  shape(means_, {static_cast<std::int64_t>(names_.size())});
  for (std::size_t i = 0; i < own.size(); ++i)
    means_[static_cast<std::int64_t>(i)].add_(own[i].mean.detach().reshape({}), y.size(0));
}

void MetricSums::append_to(std::vector<Metric>& metrics, const std::string& prefix,
                           std::int64_t samples) const {
  const auto here = [](const at::Tensor& sums) { return sums.defined() ? sums.cpu() : sums; };
  const at::Tensor counts = here(counts_), hits = here(hits_), moments = here(moments_), means = here(means_);
  std::int64_t top = 0;
  for (const MetricKind kind : kinds_) {
    double found = std::numeric_limits<double>::quiet_NaN();  // of no batch
    if (kind == MetricKind::top_k_accuracy) {
      if (hits.defined()) found = hits[top].item<double>() / hits[-1].item<double>();
      ++top;
    } else if (is_of_values(kind)) {
      if (moments.defined()) found = value(kind, moments);
    } else if (counts.defined()) {
      found = score(kind, counts, labels_);
    }
    metrics.push_back({prefix + to_string(kind), found});
  }
  for (std::size_t i = 0; i < names_.size(); ++i)
    metrics.push_back({prefix + names_[i],
                       means[static_cast<std::int64_t>(i)].item<double>() / static_cast<double>(samples)});
}

// The head's length, how many columns each sum has, and the names, a 0 behind each; then the sums.
at::Tensor MetricSums::state() const {
  const std::vector<at::Tensor> sums = tensors();
  if (sums.empty()) return at::empty({0}, at::TensorOptions(at::kDouble).device(device_));
  std::vector<double> head{0};
  for (const at::Tensor& each : {means_, counts_, hits_, moments_})
    head.push_back(each.defined() ? static_cast<double>(each.size(-1)) : 0);
  head.push_back(labels_ ? 1 : 0);
  for (const std::string& name : names_) {
    for (const char c : name) head.push_back(static_cast<unsigned char>(c));
    head.push_back(0);
  }
  head[0] = static_cast<double>(head.size());
  std::vector<at::Tensor> parts{at::tensor(head, at::kDouble).to(device_)};
  for (const at::Tensor& each : sums) parts.push_back(each.flatten());
  return at::cat(parts);
}

void MetricSums::restore(const at::Tensor& state) {
  if (state.size(0) < 6) refuse_state();
  const at::Tensor here = state.cpu();
  const auto size = [&](std::int64_t i) { return static_cast<std::int64_t>(here[i].item<double>()); };
  const std::int64_t means = size(1), classes = size(2), tops = size(3), columns = size(4);
  const bool same = size(0) + means + 3 * classes + tops + moments * columns == here.size(0) &&
                    (classes > 0) == counts_classes_ && (columns > 0) == sums_values_ &&
                    tops == (tops_.empty() ? 0 : static_cast<std::int64_t>(tops_.size()) + 1);
  if (!same) refuse_state();
  labels_ = size(5) == 1;
  names_.clear();
  std::int64_t at = 6;
  for (std::int64_t i = 0; i < means; ++i) {
    std::string name;
    for (; size(at) != 0; ++at) name += static_cast<char>(size(at));
    names_.push_back(name);
    ++at;
  }
  const auto take = [&](at::Tensor& sums, std::int64_t rows, std::int64_t width) {
    if (width == 0) return;
    const at::Tensor saved = state.narrow(0, at, rows * width);
    sums = (rows > 1 ? saved.view({rows, width}) : saved).to(device_, /*non_blocking=*/false, /*copy=*/true);
    at += rows * width;
  };
  take(means_, 1, means);
  take(counts_, 3, classes);
  take(hits_, 1, tops);
  take(moments_, moments, columns);
}

}  // namespace sibyl
