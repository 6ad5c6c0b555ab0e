#include "train/loop/execution.hpp"

#include <chrono>
#include <cmath>
#include <limits>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "core/training/metric_checks.hpp"
#include "sibyl/data/split.hpp"
#include "train/checkpoint/best_weights.hpp"
#include "train/device/device.hpp"
#include "train/loop/failure.hpp"
#include "train/optimizers/optimizer_step.hpp"

namespace sibyl {

namespace {

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

double Execution::now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Execution::Execution(HyperModel& hyper_model, const TrainerOptions& options, const Suggestion& suggestion,
                     int execution, at::Device device, const Data& data, HyperParameters& hp,
                     Reporter& reporter)
    : hyper_model_(hyper_model),
      options_(options),
      suggestion_(suggestion),
      execution_(execution),
      device_(device),
      data_(data),
      hp_(hp),
      reports_(suggestion, execution, hp, reporter),
      early_stopping_(early_stopping(options)),
      timer_({.seconds = options.checkpoint_seconds, .epochs = options.checkpoint_epochs}) {}

ExecutionEnd Execution::run() {
  build();
  restore();
  first_epoch_ = progress_.epoch;
  reports_.found();
  report_history();

  const bool trains = !progress_.stopped && progress_.epoch < last_epoch();
  if (trains) train();
  ExecutionEnd ended = end();
  if (trains) hyper_model_.on_trial_end(model_, *this, ended.ending);
  ended.note = note_;
  return ended;
}

void Execution::train() {
  hyper_model_.on_trial_begin(hp_, model_, *this);
  going_since_ = now();
  epoch_started_ = progress_.part ? progress_.part->started : wall_clock();
  seconds_before_ = progress_.part ? progress_.part->seconds : 0;
  if (progress_.part) training_seconds_ = progress_.part->training_seconds;
  timer_.start(going_since_);
  const bool is_prepared = preparation_.scaling != Scaling::none || !preparation_.resize.empty();
  hyper_model_.fit(hp_, model_, is_prepared ? prepared(data_, preparation_) : data_, *this);
  reports_.found();
  const bool finished = progress_.stopped || progress_.epoch >= last_epoch();
  if (finished && diverged_.empty()) {
    if (progress_.stopped) restore_weights(*model_, best_);
    save();
  }
}

void Execution::build() {
  preparation_ = hyper_model_.preparation(hp_);
  // A job may leave the default generator anywhere, so every execution starts it from its own identity.
  torch::manual_seed(RandomStream::key(seed(), trial(), execution_));
  model_ = hyper_model_.build(hp_);
  if (model_.is_empty() || model_->is_empty()) throw Error("build() made a model without layers.");
  parameters_ = 0;
  for (const torch::Tensor& parameter : model_->parameters()) parameters_ += parameter.numel();
  if (parameters_ == 0) throw Error("build() made a model without parameters: there is nothing to train.");
  if (const auto allowed = hyper_model_.max_parameters(); allowed > 0 && parameters_ > allowed) {
    throw TooLarge("the model has " + std::to_string(parameters_) +
                   " parameters, and max_parameters() allows " + std::to_string(allowed));
  }
  model_->to(device_);
  optimizer_ = hyper_model_.make_optimizer(hp_, model_);
  hyper_model_.take_loss(hp_, data_.train, device_);
}

void Execution::warn(const std::string& text) {
  if (text.empty() || note_.find(text) != std::string::npos) return;
  note_ += (note_.empty() ? "" : "; ") + text;
}

void Execution::note(const std::string& name, const Value& value) {
  constexpr std::size_t max_notes = 100, max_length = 500;
  if (name.find_first_not_of(" \t\n") == std::string::npos) throw Error("a note has no name.");
  if (!progress_.notes.contains(name) && progress_.notes.size() >= max_notes)
    throw Error("a trial has at most " + std::to_string(max_notes) + " notes of different names: " + name +
                " is one too many.");
  Value kept = value;
  if (auto* text = std::get_if<std::string>(&kept)) *text = clip(*text, max_length);
  progress_.notes[name] = kept;
  reports_.note(name, kept);
}

void Execution::trained(std::int64_t samples) {
  samples_ = samples;
  if (!std::isnan(training_seconds_)) return;  // it was, before the checkpoint that is gone on from
  wait_for(device_);
  training_seconds_ = seconds_before_ + now() - going_since_;
}

std::unique_ptr<StepGraph> Execution::step_graph(bool own_code) {
  const std::string& wanted = options_.cuda_graphs;
  if (wanted == "off" || (wanted == "auto" && own_code)) return nullptr;
  return make_step_graph(device_);
}

std::vector<double> Execution::scores() const {
  std::vector<double> scores;
  for (const EpochRecord& record : progress_.history)
    scores.push_back(value_of(record.metrics, options_.objective.metric));
  return scores;
}

bool Execution::cancelled() {
  return reports_.ask() != Order::go_on;
}

bool Execution::cancelled(std::int64_t step, const Keep& keep) {
  const Order order = reports_.ask();
  if (order == Order::interrupt || (order == Order::go_on && timer_.due(now())))
    save_within_epoch(step, keep);
  return order != Order::go_on;
}

EpochPlace Execution::begin_epoch() {
  if (!progress_.part) return {};
  EpochPlace place = std::move(progress_.part->place);
  progress_.part.reset();
  return place;
}

void Execution::will_measure(const std::vector<std::string>& names) {
  std::vector<Metric> metrics;
  for (const std::string& name : names) metrics.push_back({name, std::numeric_limits<double>::quiet_NaN()});
  if (!sibyl::names(metrics, options_.objective.metric))  // rank 0 is to see it: in all trials it is the same
    reports_.epoch({.epoch = first_epoch_ + 1, .started = wall_clock(), .seconds = 0, .metrics = metrics});
  require_measured(options_, metrics);
}

bool Execution::report(int epoch, std::vector<Metric> metrics) {
  if (epoch != progress_.epoch + 1 || epoch > last_epoch()) {
    throw Error(
        "fit() reported epoch " + std::to_string(epoch) + " after epoch " + std::to_string(progress_.epoch) +
        " of " + std::to_string(last_epoch()) +
        ": report first_epoch() + 1 to last_epoch(), one by one, and return when report() says false.");
  }
  options_.faults.strike({.seed = seed(),
                          .trial = trial(),
                          .execution = execution_,
                          .epoch = epoch,
                          .attempt = suggestion_.attempt},
                         metrics);
  if (!names(metrics, options_.objective.metric))  // rank 0 is to see it: in all trials it may be the same
    reports_.epoch({.epoch = epoch, .started = epoch_started_, .seconds = 0, .metrics = metrics});
  require_measured(options_, metrics);
  require_begun();
  const auto is_rate = [](const Metric& metric) { return metric.name == learning_rate_metric; };
  if (std::none_of(metrics.begin(), metrics.end(), is_rate)) {
    if (const auto rate = learning_rate(*optimizer_)) metrics.push_back({learning_rate_metric, *rate});
  }
  hyper_model_.on_epoch_end(*this, epoch, metrics);

  const double ended = now();
  EpochRecord record{.epoch = epoch,
                     .started = epoch_started_,
                     .seconds = seconds_before_ + ended - going_since_,
                     .metrics = std::move(metrics),
                     .samples = samples_,
                     .waiting_seconds = waited_seconds_};
  record.validation_seconds = record.seconds - training_seconds_;
  training_seconds_ = std::numeric_limits<double>::quiet_NaN();
  samples_ = 0;
  waited_seconds_ = 0;
  reports_.found();
  if (epoch > suggestion_.slot.first_epoch) reports_.epoch(record);
  diverged_ = diverged(options_.objective, epoch, record.metrics);
  if (early_stopping_.improved(epoch, value_of(record.metrics, options_.monitored().metric)))
    keep_weights(*model_, average_, best_);
  progress_.epoch = epoch;
  progress_.early_stopping = early_stopping_.state();
  progress_.stopped = early_stopping_.should_stop();
  progress_.history.push_back(std::move(record));
  if (!diverged_.empty() || progress_.stopped || epoch == last_epoch()) return false;

  const Order order = reports_.ask();
  if (order == Order::interrupt || (order == Order::go_on && timer_.due_after(epoch, ended))) save();
  epoch_started_ = wall_clock();
  going_since_ = now();
  seconds_before_ = 0;
  return order == Order::go_on;
}

ExecutionEnd Execution::end() const {
  if (!diverged_.empty()) {
    return {.ending = Ending::failed, .cause = Cause::diverged, .message = diverged_, .note = {}};
  }
  if (progress_.stopped && progress_.epoch <= last_epoch()) {
    return {.ending = Ending::early_stopped,
            .cause = Cause::none,
            .message = early_stopping_.reason(),
            .note = {}};
  }
  if (progress_.epoch >= last_epoch()) return {};
  if (reports_.order() == Order::interrupt) {
    return {.ending = Ending::interrupted, .cause = Cause::none, .message = {}, .note = {}};
  }
  if (reports_.order() == Order::cancel) {
    return {.ending = Ending::cancelled,
            .cause = Cause::none,
            .message = "cancelled after " + quantity(progress_.epoch, "epoch"),
            .note = {}};
  }
  throw Error("fit() returned after " + quantity(progress_.epoch, "epoch") + " of " +
              std::to_string(last_epoch()) +
              ", though nobody had cancelled it: it has to report every epoch up to last_epoch().");
}

void Execution::report_history() {
  // What a checkpoint is ahead of the slot was trained by a worker that died before it could tell, or before
  // its telling was written down.
  for (const EpochRecord& record : progress_.history) {
    if (record.epoch > suggestion_.slot.first_epoch && record.epoch <= last_epoch()) reports_.epoch(record);
  }
}

}  // namespace sibyl
