#include "train/loop/validation.hpp"

#include <algorithm>
#include <iterator>

#include "sibyl/error.hpp"
#include "sibyl/training/precision.hpp"
#include "train/device/random_state.hpp"
#include "train/metrics/confusion_matrix.hpp"
#include "train/metrics/whole_set.hpp"
#include "train/optimizers/average.hpp"

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
    const Split& split = validates ? data.validation : data.train;
    const torch::Tensor y = split.y.narrow(0, 0, 1);
    model->eval();
    const torch::Tensor output = in_float(model->forward(split.x.narrow(0, 0, 1)));
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

Validation::Validation(HyperModel& job, torch::nn::Sequential& model, const Split& data, const Loss& loss,
                       const std::vector<MetricKind>& kinds, std::int64_t batch, bool mixed,
                       FitContext& context)
    : job_(job),
      model_(model),
      data_(data),
      loss_(loss),
      batch_(std::max<std::int64_t>(batch, 1000)),
      mixed_(mixed),
      sums_(loss, summed(kinds), context.device(),
            [&job](const at::Tensor& output, const at::Tensor& y) { return job.batch_metrics(output, y); }),
      average_(context.average_weights()),
      confusion_(context.confusion()) {
  std::copy_if(kinds.begin(), kinds.end(), std::back_inserter(of_all_), needs_all);
}

std::int64_t Validation::steps() const {
  return (data_.size() + batch_ - 1) / batch_;
}

void Validation::clear() {
  sums_.clear();
  outputs_.clear();
}

bool Validation::gathers() const {
  return !of_all_.empty() || job_.measures_epochs_ || confusion_ != nullptr;
}

void Validation::take(std::int64_t step) {
  const torch::NoGradGuard no_gradients;
  const MixedPrecisionScope scope(data_.x.device(), mixed_);
  const AverageScope averaged(*model_, average_);
  const std::int64_t begin = step * batch_;
  const std::int64_t samples = std::min(batch_, data_.size() - begin);
  const torch::Tensor y = data_.y.narrow(0, begin, samples);
  const torch::Tensor output = in_float(model_->forward(data_.x.narrow(0, begin, samples)));
  sums_.add(job_.compute_loss(output, y), output, y);
  if (gathers()) outputs_.push_back(output);
}

void Validation::append_to(std::vector<Metric>& metrics) {
  if (data_.size() == 0) return;
  sums_.append_to(metrics, "val_");
  if (outputs_.empty()) return;
  const torch::NoGradGuard no_gradients;
  const torch::Tensor output = outputs_.size() == 1 ? outputs_[0] : torch::cat(outputs_);
  outputs_.clear();
  for (const MetricKind kind : of_all_)
    metrics.push_back({"val_" + to_string(kind), measure(kind, loss_, output, data_.y)});
  if (job_.measures_epochs_) append_own(metrics, output);
  if (confusion_ != nullptr) *confusion_ = confusion_matrix(loss_, output, data_.y);
}

void Validation::append_own(std::vector<Metric>& metrics, const at::Tensor& output) {
  for (const Metric& own : job_.epoch_metrics(output, data_.y)) {
    if (own.name.empty()) throw Error("epoch_metrics() has to give names.");
    if (names(metrics, "val_" + own.name))
      throw Error("epoch_metrics() gives " + own.name + ", which is measured already: take another name.");
    metrics.push_back({"val_" + own.name, own.value});
  }
}

std::vector<at::Tensor> Validation::state() const {
  std::vector<at::Tensor> state{sums_.state()};
  if (!outputs_.empty()) state.push_back(torch::cat(outputs_));
  return state;
}

bool Validation::restore(const std::vector<at::Tensor>& state) {
  if (gathers() && state.size() < 2) return false;
  sums_.restore(state.at(0));
  if (gathers()) outputs_ = {state[1]};
  return true;
}

}  // namespace sibyl
