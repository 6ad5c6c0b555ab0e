#include "train/execution.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "train/failure.hpp"

namespace sibyl {

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

template <class F>
auto beyond_the_job(F&& f) {
  try {
    return f();
  } catch (...) {
    throw WorkerFailure{std::current_exception()};
  }
}

std::string epochs(int count) {
  return std::to_string(count) + (count == 1 ? " epoch" : " epochs");
}

}  // namespace

Execution::Execution(HyperModel& hyper_model, const TrainerOptions& options, const Suggestion& suggestion,
                     int execution, at::Device device, const Data& data, HyperParameters& hp,
                     Reporter& reporter, double save_every)
    : hyper_model_(hyper_model),
      options_(options),
      suggestion_(suggestion),
      execution_(execution),
      device_(device),
      data_(data),
      hp_(hp),
      reporter_(reporter),
      save_every_(save_every),
      early_stopping_(
          {.objective = options.objective, .patience = options.patience, .min_delta = options.min_delta}) {}

ExecutionEnd Execution::run() {
  std::string note;
  build();
  std::optional<Checkpoint> checkpoint;
  if (!options_.checkpoints.empty()) {
    const auto path = checkpoint_path(options_.checkpoints, trial(), execution_);
    checkpoint = Checkpoint::read(path, owner(), device_, note);
    const bool new_trial = suggestion_.slot.first_epoch == 0 && !std::filesystem::exists(path);
    if (new_trial) note.clear();
  } else if (suggestion_.slot.first_epoch > 0) {
    note = "no checkpoints are kept";
  }
  if (checkpoint) {
    checkpoint->restore(state());
    progress_ = checkpoint->progress();
    early_stopping_.restore(progress_.early_stopping);
    checkpoint.reset();
    if (progress_.epoch < suggestion_.slot.first_epoch && !progress_.stopped) {
      note = "the checkpoint is of epoch " + std::to_string(progress_.epoch) + ": trained on from there";
    }
  } else if (!note.empty()) {
    note += ": trained again from the start";
  }
  first_epoch_ = progress_.epoch;
  report_found();
  report_history();

  if (!progress_.stopped && progress_.epoch < last_epoch()) {
    epoch_started_ = saved_ = now();
    hyper_model_.fit(hp_, model_, data_, *this);
    report_found();
    const bool finished = progress_.stopped || progress_.epoch >= last_epoch();
    if (finished && diverged_.empty()) {
      if (progress_.stopped) restore_best();
      save();
    }
  }
  ExecutionEnd ended = end();
  ended.note = note;
  return ended;
}

void Execution::build() {
  // A job may leave the default generator anywhere, so every execution starts it from its own identity.
  torch::manual_seed(RandomStream::key(seed(), trial(), execution_));
  model_ = hyper_model_.build(hp_);
  if (model_.is_empty() || model_->is_empty()) throw Error("build() made a model without layers.");
  std::int64_t parameters = 0;
  for (const torch::Tensor& parameter : model_->parameters()) parameters += parameter.numel();
  if (const auto allowed = hyper_model_.max_parameters(); allowed > 0 && parameters > allowed) {
    throw TooLarge("the model has " + std::to_string(parameters) +
                   " parameters, and max_parameters() allows " + std::to_string(allowed));
  }
  model_->to(device_);
  optimizer_ = hyper_model_.make_optimizer(hp_, model_);
}

bool Execution::cancelled() {
  if (!cancelled_) cancelled_ = beyond_the_job([&] { return reporter_.cancelled(); });
  return cancelled_;
}

bool Execution::report(int epoch, std::vector<Metric> metrics) {
  if (epoch != progress_.epoch + 1 || epoch > last_epoch()) {
    throw Error(
        "fit() reported epoch " + std::to_string(epoch) + " after epoch " + std::to_string(progress_.epoch) +
        " of " + std::to_string(last_epoch()) +
        ": report first_epoch() + 1 to last_epoch(), one by one, and return when report() says false.");
  }
  const std::string& objective = options_.objective.metric;
  const bool measured =
      std::any_of(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.name == objective; });
  if (!measured) {
    std::string names;
    for (const Metric& metric : metrics) names += (names.empty() ? "" : ", ") + metric.name;
    throw Error("The objective is " + objective + ", but an epoch has only " + names +
                ". Take one of these as --objective, or measure it (metrics(), a validation split).");
  }
  hyper_model_.on_epoch_end(*this, epoch, metrics);

  const double ended = now();
  EpochRecord record{.epoch = epoch,
                     .started = epoch_started_,
                     .seconds = ended - epoch_started_,
                     .metrics = std::move(metrics)};
  report_found();
  if (epoch > suggestion_.slot.first_epoch) send(record);
  diverged_ = diverged(record);
  if (early_stopping_.improved(epoch, value_of(record.metrics, objective)) && early_stopping_.keeps_best()) {
    keep_best();
  }
  progress_.epoch = epoch;
  progress_.early_stopping = early_stopping_.state();
  progress_.stopped = early_stopping_.should_stop();
  progress_.history.push_back(std::move(record));
  if (!diverged_.empty() || progress_.stopped || epoch == last_epoch()) return false;

  // A sweep that is killed in a long slot loses a minute, not the slot; nor does saving take more than a
  // twentieth.
  if (ended - saved_ > std::max(save_every_, 20 * save_seconds_)) save();
  epoch_started_ = now();
  return true;
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
  if (cancelled_) {
    return {.ending = Ending::cancelled,
            .cause = Cause::none,
            .message = "cancelled after " + epochs(progress_.epoch),
            .note = {}};
  }
  throw Error("fit() returned after " + epochs(progress_.epoch) + " of " + std::to_string(last_epoch()) +
              ", though nobody had cancelled it: it has to report every epoch up to last_epoch().");
}

void Execution::report_history() {
  // What a checkpoint is ahead of the slot was trained by a worker that died before it could tell, or before
  // its telling was written down.
  for (const EpochRecord& record : progress_.history) {
    if (record.epoch > suggestion_.slot.first_epoch && record.epoch <= last_epoch()) send(record);
  }
}

void Execution::report_found() {
  auto found = hp_.take_found();
  if (found.empty()) return;
  HyperparametersFound event{
      .trial = trial(), .attempt = suggestion_.attempt, .hyperparameters = std::move(found), .values = {}};
  for (const Hyperparameter& hyperparameter : event.hyperparameters) {
    event.values[hyperparameter.name] = hp_.values().at(hyperparameter.name);
  }
  beyond_the_job([&] { reporter_.found(std::move(event)); });
}

void Execution::send(const EpochRecord& record) {
  EpochReported report{.trial = trial(),
                       .attempt = suggestion_.attempt,
                       .execution = execution_,
                       .epoch = record.epoch,
                       .started = record.started,
                       .seconds = record.seconds,
                       .worker = 0,
                       .metrics = record.metrics};
  beyond_the_job([&] { reporter_.epoch(std::move(report)); });
}

void Execution::keep_best() {
  const torch::NoGradGuard no_gradients;
  auto weights = model_->parameters();
  const auto buffers = model_->buffers();
  weights.insert(weights.end(), buffers.begin(), buffers.end());
  if (best_.size() != weights.size()) {
    best_.clear();
    for (const torch::Tensor& tensor : weights) best_.push_back(tensor.detach().clone());
  } else {
    for (std::size_t i = 0; i < weights.size(); ++i) best_[i].copy_(weights[i]);
  }
}

void Execution::restore_best() {
  const torch::NoGradGuard no_gradients;
  auto weights = model_->parameters();
  const auto buffers = model_->buffers();
  weights.insert(weights.end(), buffers.begin(), buffers.end());
  if (best_.size() != weights.size()) return;  // not kept
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i].copy_(best_[i]);
}

void Execution::save() {
  if (options_.checkpoints.empty()) return;
  const double began = now();
  try {
    write_checkpoint(checkpoint_path(options_.checkpoints, trial(), execution_), owner(), progress_, state());
  } catch (const Error&) {  // the disk; what LibTorch throws comes from the job's own modules or optimizer
    throw WorkerFailure{std::current_exception()};
  }
  saved_ = now();
  save_seconds_ = saved_ - began;
}

CheckpointOwner Execution::owner() const {
  return {.seed = seed(), .trial = trial(), .execution = execution_, .hyperparameters = hp_.values()};
}

TrainingState Execution::state() {
  return {.model = *model_, .optimizer = *optimizer_, .device = device_, .best = best_};
}

std::string Execution::diverged(const EpochRecord& record) const {
  for (const Metric& metric : record.metrics) {
    const bool counts =
        metric.name == "loss" || metric.name == "val_loss" || metric.name == options_.objective.metric;
    if (counts && !std::isfinite(metric.value)) {
      return metric.name + " is " + (std::isnan(metric.value) ? "NaN" : "infinite") + " in epoch " +
             std::to_string(record.epoch);
    }
  }
  return {};
}

}  // namespace sibyl
