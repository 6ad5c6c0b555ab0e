#include "train/loop/trial_trainer.hpp"

#include <torch/version.h>

#include <chrono>

#include "base/peak_memory.hpp"
#include "train/datasets/describe.hpp"
#include "train/device/compute.hpp"
#include "train/device/cuda_driver.hpp"
#include "train/device/device.hpp"
#include "train/loop/execution.hpp"
#include "train/loop/failure.hpp"
#include "train/sharing/shared_data.hpp"

namespace sibyl {

namespace {

TrainerOptions checked(TrainerOptions options) {
  if (options.threads < 1) {
    throw UsageError("--threads " + std::to_string(options.threads) + ": a worker computes with at least 1.");
  }
  if (!(options.checkpoint_seconds >= 0) || options.checkpoint_epochs < 0) {
    throw UsageError("Checkpoints can't be a negative time or number of epochs apart; 0 turns either off.");
  }
  return options;
}

[[noreturn]] void throw_cannot_train(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& problem) {
    throw WorkerCannotTrain(problem.what());
  } catch (...) {
    throw WorkerCannotTrain("a report could not be sent");
  }
}

void add_line(std::string& text, const std::string& line) {
  if (!line.empty()) text += (text.empty() ? "" : "; ") + line;
}

}  // namespace

TrialTrainer::TrialTrainer(std::shared_ptr<HyperModel> model, TrainerOptions options)
    : model_(std::move(model)),
      options_(checked(std::move(options))),
      chosen_(choose_device(options_)),
      device_(chosen_.device) {
  if (options_.deterministic) use_deterministic_algorithms();
  const ComputeScope scope(device_, options_.threads);
  require_working(device_);
  data_ = load();
  if (options_.folds > 1) {
    folds_.emplace(data_, options_.folds, options_.seed);
    data_ = {};
  } else {
    data_ = placed(data_, placement_, device_);
  }
}

Data TrialTrainer::load() {
  const auto read = [&] {
    LoadedData loaded;
    loaded.data = read_data(*model_, options_, &loaded.parts);
    loaded.training = loaded.data.train.size();
    loaded.description = sibyl::describe(loaded.data);
    if (options_.folds > 1) {  // parted anew for each execution
      loaded.data.train = join(loaded.data.train, loaded.data.validation);
      loaded.data.validation = {};
    }
    return loaded;
  };
  const bool is_shared = options_.local_workers > 1 && !options_.private_data;
  std::string note;
  const bool is_one_for_all = is_shared && model_->reads_once() && !options_.launch.empty();
  LoadedData loaded = is_one_for_all ? loaded_once(options_, read, note) : read();
  model_->on_data(unjoined(loaded));
  const bool was_handed_on = !note.empty();
  if (was_handed_on) on_host_ = loaded.data;
  Data data = std::move(loaded.data);
  std::string where;
  placement_ = choose_placement(data, options_, device_, where);
  if (placement_ == Placement::device && !device_.is_cpu()) data = placed(data, placement_, device_);
  if (is_shared && !was_handed_on) data = shared_on_node(data, note);
  data_parts_ = std::move(loaded.parts);
  description_ = loaded.description + where + note;
  return data;
}

WorkerJoined describe_worker(const ChosenDevice& chosen, const TrainerOptions& options) {
  const DeviceIdentity identity = identify(chosen.device);
  WorkerJoined worker;
  worker.device = chosen.device.str();
  worker.device_name = identity.name;
  worker.uuid = identity.uuid;
  worker.threads = options.threads;
  worker.warning = chosen.warning;
  worker.platform = {{"libtorch", TORCH_VERSION}};
  if (chosen.device.is_cpu()) {
    worker.platform.insert({{"processor", identity.name}, {"BLAS", blas_name()}});
    add_line(worker.warning, blas_warning());
    add_line(worker.warning, threads_warning(options.threads, options.local_workers, available_cores()));
  } else {
    worker.platform.insert({"GPU", identity.name});
  }
  return worker;
}

WorkerJoined TrialTrainer::describe() const {
  WorkerJoined worker = describe_worker(chosen_, options_);
  if (options_.local_worker == 0) worker.data = description_;
  worker.data_parts = data_parts_;
  return worker;
}

TrialEnded TrialTrainer::train(const Suggestion& suggestion, Reporter& reporter) {
  if (!broken_.empty()) throw WorkerCannotTrain(broken_);
  const auto began = std::chrono::steady_clock::now();
  const ComputeScope scope(device_, options_.threads);
  const PeakMemory host;
  forget_peak_memory(device_);
  TrialEnded ended;
  try {
    train_executions(suggestion, reporter, ended);
  } catch (const WorkerFailure& failure) {
    throw_cannot_train(failure.exception);
  } catch (...) {
    Failure failure = classify(std::current_exception());
    ended.ending = Ending::failed;
    ended.cause = failure.cause;
    ended.message = std::move(failure.message);
  }
  if (ended.ending == Ending::failed) {
    const std::string trouble = try_the_device();
    Failure failure = judged({.cause = ended.cause, .message = std::move(ended.message)}, trouble);
    ended.cause = failure.cause;
    ended.message = std::move(failure.message);
    if (chosen_.may_be_shared && runs_under_mps()) blame_nobody(ended, trouble);
  } else if (chosen_.may_be_shared) {
    release_cached_memory(device_);
  }
  ended.facts.host_memory = host.bytes();
  ended.facts.device_memory = peak_memory(device_);
  ended.trial = suggestion.slot.trial;
  ended.attempt = suggestion.attempt;
  ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return ended;
}

void TrialTrainer::train_executions(const Suggestion& suggestion, Reporter& reporter, TrialEnded& ended) {
  Values values = suggestion.hyperparameters;
  std::string reason, notes;
  int stopped = 0;
  Data folded;
  for (int execution = 0; execution < suggestion.executions; ++execution) {
    HyperParameters hp(values, options_.seed, suggestion.slot.trial);
    if (folds_) folded = placed(folds_->of(execution), placement_, device_);
    const Data& data = folds_ ? folded : data_;
    Execution training(*model_, options_, suggestion, execution, device_, data, hp, reporter);
    const struct Record {  // also where it throws
      Execution& training;
      TrialEnded& ended;
      ~Record() {
        const TrialFacts facts = training.facts();
        ended.facts.parameters = facts.parameters;
        ended.facts.checkpoint_bytes += facts.checkpoint_bytes;
        ended.notes.update(training.take_notes());
      }
    } record{training, ended};
    const ExecutionEnd end = training.run();
    values = hp.values();  // what the first execution found, the others have
    if (notes.find(end.note) == std::string::npos) add_line(notes, end.note);
    if (end.ending != Ending::reached && end.ending != Ending::early_stopped) {
      ended.ending = end.ending;
      ended.cause = end.cause;
      ended.message = end.message;
      add_line(ended.message, notes);
      return;
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
}

std::string TrialTrainer::try_the_device() {
  try {
    release_cached_memory(device_);
    probe(device_);
    return {};
  } catch (...) {
    const Failure failure = classify(std::current_exception());
    if (failure.cause == Cause::out_of_device_memory) return {};  // others have filled it; it works
    broken_ = device_.str() + " no longer works in this process, since a trial failed on it (" +
              failure.message + "): start the worker again.";
    return failure.message;
  }
}

}  // namespace sibyl
