#include "train/trial_trainer.hpp"

#include <chrono>
#include <sstream>

#include "train/compute.hpp"
#include "train/device.hpp"
#include "train/execution.hpp"
#include "train/failure.hpp"

namespace sibyl {

namespace {

void check(const Split& split, const char* name) {
  if (!split.x.defined() && !split.y.defined()) return;
  std::ostringstream text;
  if (!split.x.defined() || !split.y.defined()) {
    text << "The job's data has " << (split.x.defined() ? "x but no y" : "y but no x") << " in " << name
         << ".";
  } else if (split.x.dim() == 0 || split.y.dim() == 0 || split.x.size(0) != split.y.size(0)) {
    text << "The job's data has x of shape " << split.x.sizes() << " and y of shape " << split.y.sizes()
         << " in " << name << ": the first dimension of both counts the samples, and must be the same.";
  }
  if (!text.str().empty()) throw Error(text.str());
}

Split on_device(const Split& split, at::Device device) {
  if (split.size() == 0) return {};
  const at::ScalarType real = split.x.is_floating_point() ? split.x.scalar_type() : torch::kFloat32;
  return {.x = split.x.to(device).contiguous(), .y = prepare_targets(split.y, real).to(device)};
}

TrainerOptions checked(TrainerOptions options) {
  if (options.threads < 1) {
    throw UsageError("--threads " + std::to_string(options.threads) + ": a worker computes with at least 1.");
  }
  if (!(options.checkpoint_seconds >= 0) || options.checkpoint_epochs < 0) {
    throw UsageError("Checkpoints can't be a negative time or number of epochs apart; 0 turns either off.");
  }
  return options;
}

void add_line(std::string& text, const std::string& line) {
  if (!line.empty()) text += (text.empty() ? "" : "; ") + line;
}

}  // namespace

TrialTrainer::TrialTrainer(std::shared_ptr<HyperModel> model, TrainerOptions options)
    : model_(std::move(model)),
      options_(checked(std::move(options))),
      device_(choose_device({.request = options_.device,
                             .visible = visible_cuda_devices(),
                             .local_worker = options_.local_worker,
                             .local_workers = options_.local_workers})) {
  if (options_.deterministic) use_deterministic_algorithms();
  const ComputeScope scope(device_, options_.threads);
  data_ = model_->data({.directory = options_.data, .seed = options_.seed});
  check(data_.train, "train");
  check(data_.validation, "validation");
  check(data_.test, "test");
  if (data_.train.size() == 0) throw Error("The job's data has no training samples.");
  data_.train = on_device(data_.train, device_);
  data_.validation = on_device(data_.validation, device_);
}

WorkerJoined TrialTrainer::describe() const {
  const DeviceIdentity identity = identify(device_);
  WorkerJoined worker;
  worker.device = device_.str();
  worker.device_name = identity.name;
  worker.uuid = identity.uuid;
  worker.threads = options_.threads;
  if (device_.is_cpu()) {
    worker.warning = blas_warning();
    add_line(worker.warning, threads_warning(options_.threads, options_.local_workers, available_cores()));
  }
  return worker;
}

TrialEnded TrialTrainer::train(const Suggestion& suggestion, Reporter& reporter) {
  if (!broken_.empty()) throw Error(broken_);
  const auto began = std::chrono::steady_clock::now();
  const ComputeScope scope(device_, options_.threads);
  TrialEnded ended;
  try {
    ended = train_executions(suggestion, reporter);
  } catch (const WorkerFailure& failure) {
    std::rethrow_exception(failure.exception);
  } catch (...) {
    Failure failure = classify(std::current_exception());
    ended.ending = Ending::failed;
    ended.cause = failure.cause;
    ended.message = std::move(failure.message);
  }
  if (ended.ending == Ending::failed) find_out_whether_the_device_still_works();
  ended.trial = suggestion.slot.trial;
  ended.attempt = suggestion.attempt;
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return ended;
}

TrialEnded TrialTrainer::train_executions(const Suggestion& suggestion, Reporter& reporter) {
  TrialEnded ended;
  Values values = suggestion.hyperparameters;
  std::string reason, notes;
  int stopped = 0;
  for (int execution = 0; execution < suggestion.executions; ++execution) {
    HyperParameters hp(values, options_.seed, suggestion.slot.trial);
    const ExecutionEnd end =
        Execution(*model_, options_, suggestion, execution, device_, data_, hp, reporter).run();
    values = hp.values();  // what the first execution found, the others have
    if (notes.find(end.note) == std::string::npos) add_line(notes, end.note);
    if (end.ending != Ending::reached && end.ending != Ending::early_stopped) {
      ended.ending = end.ending;
      ended.cause = end.cause;
      ended.message = end.message;
      add_line(ended.message, notes);
      return ended;
    }
    if (end.ending == Ending::early_stopped) {
      ++stopped;
      reason = end.message;
    }
  }
  if (stopped > 0 && stopped == suggestion.executions) {
    ended.ending = Ending::early_stopped;
    ended.message = reason;
  }
  add_line(ended.message, notes);
  return ended;
}

void TrialTrainer::find_out_whether_the_device_still_works() {
  try {
    release_cached_memory(device_);
    probe(device_);
  } catch (...) {
    broken_ = device_.str() + " no longer works in this process, since a trial failed on it (" +
              classify(std::current_exception()).message + "): start the worker again.";
  }
}

}  // namespace sibyl
