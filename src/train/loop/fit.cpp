#include <algorithm>
#include <string>

#include "core/training/metric_checks.hpp"
#include "sibyl/error.hpp"
#include "sibyl/streaming/dataset.hpp"
#include "sibyl/training/hyper_model.hpp"
#include "train/datasets/shuffled.hpp"
#include "train/loop/epoch_batches.hpp"
#include "train/loop/epoch_metrics.hpp"
#include "train/loop/train_steps.hpp"
#include "train/loop/validation.hpp"
#include "train/optimizers/average.hpp"
#include "train/optimizers/optimizer_step.hpp"
#include "train/streaming/split_tensors.hpp"

namespace sibyl {

at::Tensor FitContext::order(std::int64_t samples, int epoch) const {
  return shuffled(samples, RandomStream(seed(), "shuffle", trial(), execution(), epoch)).to(device());
}

std::vector<at::Tensor>& FitContext::average_weights() {
  return average_;
}

std::unique_ptr<StepGraph> FitContext::step_graph(bool) {
  return nullptr;
}

void HyperModel::fit(HyperParameters& hp, torch::nn::Sequential& model, const Data& data,
                     FitContext& context) {
  const std::int64_t batch = batch_size(hp);
  if (batch < 1) throw Error("batch_size() is " + std::to_string(batch) + ": it has to be at least 1.");
  const Loss loss = resolve(loss_.value_or(Loss::automatic), data.train.y);
  const Precision precision = this->precision(hp);
  const bool mixed = is_mixed(precision, context.device());
  const Tf32Scope tf32(precision);
  const std::vector<MetricKind> kinds = metrics(loss);
  const auto own = [this](const at::Tensor& output, const at::Tensor& y) { return batch_metrics(output, y); };
  promise_metrics(*this, model, data, kinds, context);
  Means trained(loss, summed(kinds), context.device(), own);
  Validation validation(*this, model, data.validation, loss, kinds, batch, mixed, context);
  EpochBatches batches(data.train, batch, context);
  torch::optim::Optimizer& optimizer = context.optimizer();
  Optimizer how = this->optimizer(hp);
  how.schedule.check();
  if (!(how.l1 >= 0)) throw Error("An optimizer's l1 is 0 or above.");
  context.warn(how.schedule.past_its_end(context.last_epoch()));
  how.schedule = how.schedule.over(context.max_epochs());
  const struct Forget {
    std::optional<TargetRange>& targets;
    ~Forget() { targets.reset(); }
  } forget{targets_};
  if (loss.kind.takes_classes() || loss.kind.takes_labels()) {
    for (const Split* each : {&data.train, &data.validation}) {
      if (!knows_targets(*each)) continue;
      const TargetRange range = range_of(each->y);
      targets_ = targets_ ? join(*targets_, range) : range;
    }
  }

  std::vector<at::Tensor>& average = context.average_weights();
  begin_average(how, *model, average);
  const std::int64_t full_steps = data.train.size() / batch;
  TrainSteps train(*this, model, how, context, trained,
                   {.mixed = mixed,
                    .batch = std::min(batch, data.train.size()),
                    .micro_batch = micro_batch_size(hp),
                    .steps = full_steps * (context.last_epoch() - context.first_epoch()),
                    .equal_samples = !data.train.dataset || data.train.dataset->has_equal_sizes()});
  // The steps of an epoch are those of training, then those of validation.
  const std::int64_t train_steps = batches.steps(), all_steps = train_steps + validation.steps();
  const FitContext::Keep keep = [&] {
    std::vector<at::Tensor> kept = validation.state();
    kept.insert(kept.begin(), trained.state());
    if (train.gradient_lengths().measured()) kept.push_back(train.gradient_lengths().state());
    if (const at::Tensor bad = batches.state(); bad.defined()) kept.push_back(bad);
    return kept;
  };

  for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
    auto [step, kept] = context.begin_epoch();
    trained.clear();
    validation.clear();
    train.begin_epoch();
    if (!kept.empty()) {
      trained.restore(kept.at(0));
      if (batches.state().defined()) {
        batches.restore(kept.back());
        kept.pop_back();
      }
      if (train.gradient_lengths().restore(kept.back())) kept.pop_back();
      const bool goes_on = validation.restore({kept.begin() + 1, kept.end()});
      if (!goes_on) step = std::min(step, train_steps);
    }
    if (step < train_steps) batches.begin(epoch, step);
    const int falls = how.schedule.falls(context.objective(), context.scores());
    model->train();
    for (; step < train_steps; ++step) {
      if (context.cancelled(step, keep)) return;
      train.take(batches.at(step), {.epoch = epoch, .step = step, .steps = train_steps, .falls = falls});
    }
    context.waited(batches.end_epoch());
    context.trained(data.train.size());
    if (epoch < context.last_epoch()) batches.expect(epoch + 1);
    model->eval();
    for (; step < all_steps; ++step) {
      if (context.cancelled(step, keep)) return;
      validation.take(step - train_steps);
    }
    std::vector<Metric> metrics;
    trained.append_to(metrics, "");
    validation.append_to(metrics);
    if (const auto norm = train.gradient_lengths().mean()) metrics.push_back({gradient_norm_metric, *norm});
    if (const auto rate = learning_rate(optimizer)) {
      const StepPlace last{.epoch = epoch, .step = train_steps - 1, .steps = train_steps, .falls = falls};
      metrics.push_back({learning_rate_metric, *rate * how.schedule.at(last)});
    }
    if (!context.report(epoch, std::move(metrics))) return;
  }
}

}  // namespace sibyl
