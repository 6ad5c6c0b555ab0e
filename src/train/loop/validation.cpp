#include "train/loop/validation.hpp"

#include <algorithm>
#include <iterator>

#include "sibyl/error.hpp"
#include "sibyl/training/precision.hpp"
#include "train/device/random_state.hpp"
#include "train/metrics/confusion_matrix.hpp"
#include "train/metrics/whole_set.hpp"
#include "train/model/forward.hpp"
#include "train/optimizers/average.hpp"
#include "train/streaming/loader.hpp"
#include "train/streaming/split_tensors.hpp"
#include "train/streaming/views.hpp"

namespace sibyl {

std::vector<MetricKind> summed(const std::vector<MetricKind>& kinds) {
  std::vector<MetricKind> some;
  std::remove_copy_if(kinds.begin(), kinds.end(), std::back_inserter(some), needs_all);
  return some;
}

std::vector<std::string> metric_names(const std::vector<MetricKind>& kinds, bool validates) {
  std::vector<std::string> names{"loss"};
  for (const MetricKind kind : kinds)
    if (!needs_all(kind)) names.push_back(to_string(kind));
  if (!validates) return names;
  names.emplace_back("val_loss");
  for (const MetricKind kind : kinds) names.push_back("val_" + to_string(kind));
  return names;
}

void promise_metrics(HyperModel& job, torch::nn::Sequential& model, const Data& data,
                     const std::vector<MetricKind>& kinds, FitContext& context) {
  const bool validates = data.validation.size() > 0;
  std::vector<std::string> names = metric_names(kinds, validates);
  const auto there = [&](const std::string& name) {
    return name.empty() || std::find(names.begin(), names.end(), name) != names.end();
  };
  if (there(context.objective().metric) && there(context.monitor().metric)) return;
  try {
    const RandomStateGuard guard(context.device());
    const torch::NoGradGuard no_gradients;
    const std::int64_t first = 0;
    const Split sample = changed(read_samples(validates ? data.validation : data.train, {&first, 1}),
                                 [&](const at::Tensor& tensor) { return tensor.to(context.device()); });
    const torch::Tensor& y = sample.y;
    model->eval();
    const torch::Tensor output = in_float(forward_all(model, inputs_of(sample)));
    for (const BatchMetric& own : job.batch_metrics(output, y)) {
      names.push_back(own.name);
      if (validates) names.push_back("val_" + own.name);
    }
    if (validates)
      for (const Metric& own : job.epoch_metrics(output, y)) names.push_back("val_" + own.name);
  } catch (const std::exception&) {
    return;  // a sample alone may be too little; the first epoch shows what there is
  }
  context.will_measure(names);
}

namespace {

/// Nothing is kept for a step back, so that more samples at a time will do than in training; of a dataset, as
/// long as its batches are no burden to the memory.
std::int64_t validation_batch(const Split& data, std::int64_t batch) {
  constexpr std::int64_t many = 1000, room = std::int64_t{64} << 20;
  std::int64_t samples = std::max(batch, many);
  const bool is_read = data.dataset && !dynamic_cast<const InMemory*>(data.dataset.get());
  if (is_read) {
    const std::int64_t bytes =
        std::max<std::int64_t>(bytes_of(data) / std::max<std::int64_t>(data.size(), 1), 1);
    samples = std::clamp(room / bytes, batch, samples);
  }
  return samples;
}

}  // namespace

Validation::Validation(HyperModel& job, torch::nn::Sequential& model, const Split& data, const Loss& loss,
                       const std::vector<MetricKind>& kinds, std::int64_t batch, bool mixed,
                       FitContext& context)
    : job_(job),
      model_(model),
      data_(data),
      loss_(loss),
      batch_(validation_batch(data, batch)),
      mixed_(mixed),
      context_(context),
      sums_(loss, summed(kinds), context.device(),
            [&job](const at::Tensor& output, const at::Tensor& y) { return job.batch_metrics(output, y); }),
      average_(context.average_weights()),
      confusion_(context.confusion()) {
  std::copy_if(kinds.begin(), kinds.end(), std::back_inserter(of_all_), needs_all);
  if (data.dataset && data.size() > 0)
    loader_ = std::make_unique<Loader>(data.dataset, batch_, context.device(), context.loading());
}

Validation::~Validation() = default;

std::int64_t Validation::steps() const {
  return (data_.size() + batch_ - 1) / batch_;
}

void Validation::clear() {
  sums_.clear();
  outputs_.clear();
  targets_.clear();
}

bool Validation::gathers() const {
  return !of_all_.empty() || job_.measures_epochs_ || confusion_ != nullptr;
}

Split Validation::batch(std::int64_t step) {
  const std::int64_t begin = step * batch_;
  if (!loader_) return rows(data_, begin, std::min(batch_, data_.size() - begin));
  if (loaded_ != step) loader_->begin(at::arange(data_.size(), at::kLong), SampleRandom(), step);
  loaded_ = step + 1;
  return loader_->next();
}

void Validation::take(std::int64_t step) {
  const torch::NoGradGuard no_gradients;
  const Split samples = batch(step);
  const MixedPrecisionScope scope(samples.x.device(), mixed_);
  const AverageScope averaged(*model_, average_);
  const torch::Tensor output = in_float(forward_all(model_, inputs_of(samples)));
  sums_.add(job_.compute_loss(output, samples.y), output, samples.y);
  if (!gathers()) return;
  outputs_.push_back(loader_ && output.is_alias_of(samples.x) ? output.clone() : output);
  if (loader_) targets_.push_back(samples.y.clone());
}

void Validation::append_to(std::vector<Metric>& metrics) {
  if (data_.size() == 0) return;
  if (loader_ && !loader_->bad().empty()) context_.warn(about_bad(loader_->bad(), "validation sample"));
  sums_.append_to(metrics, "val_");
  if (outputs_.empty()) return;
  const torch::NoGradGuard no_gradients;
  const torch::Tensor output = outputs_.size() == 1 ? outputs_[0] : torch::cat(outputs_);
  const torch::Tensor y = loader_ ? torch::cat(targets_) : data_.y;
  outputs_.clear();
  targets_.clear();
  for (const MetricKind kind : of_all_)
    metrics.push_back({"val_" + to_string(kind), measure(kind, loss_, output, y)});
  if (job_.measures_epochs_) append_own(metrics, output, y);
  if (confusion_ != nullptr) *confusion_ = confusion_matrix(loss_, output, y);
}

void Validation::append_own(std::vector<Metric>& metrics, const at::Tensor& output, const at::Tensor& y) {
  for (const Metric& own : job_.epoch_metrics(output, y)) {
    if (own.name.empty()) throw Error("epoch_metrics() has to give names.");
    if (names(metrics, "val_" + own.name))
      throw Error("epoch_metrics() gives " + own.name + ", which is measured already: take another name.");
    metrics.push_back({"val_" + own.name, own.value});
  }
}

std::vector<at::Tensor> Validation::state() const {
  std::vector<at::Tensor> state{sums_.state()};
  if (!outputs_.empty()) state.push_back(torch::cat(outputs_));
  if (!targets_.empty()) state.push_back(torch::cat(targets_));
  return state;
}

bool Validation::restore(const std::vector<at::Tensor>& state) {
  if (gathers() && state.size() < (loader_ ? 3 : 2)) return false;
  sums_.restore(state.at(0));
  if (gathers()) outputs_ = {state[1]};
  if (gathers() && loader_) targets_ = {state[2]};
  return true;
}

}  // namespace sibyl
