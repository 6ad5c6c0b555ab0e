#pragma once

#include <exception>
#include <string>

#include "core/job.hpp"
#include "train/checkpoint.hpp"
#include "train/hyper_model.hpp"

namespace sibyl {

/// Carries an exception that is not the trial's fault (the report could not be sent, the checkpoint not
/// written) past the job's code. No std::exception, so that a job that catches those does not swallow it.
struct WorkerFailure {
  std::exception_ptr exception;
};

/// How the training of one execution in one slot ended.
struct ExecutionEnd {
  Ending ending = Ending::reached;
  Cause cause = Cause::none;
  std::string message;
  std::string note;  ///< something that people should know, whatever the end
};

/// One execution of a trial, from where its checkpoint stands to the end of the slot.
class Execution : public FitContext {
 public:
  Execution(HyperModel& hyper_model, const TrainerOptions& options, const Suggestion& suggestion,
            int execution, at::Device device, const Data& data, HyperParameters& hp, Reporter& reporter,
            double save_every);

  /// Throws what the job or LibTorch throws, and WorkerFailure.
  ExecutionEnd run();

  TrialId trial() const override { return suggestion_.slot.trial; }
  int execution() const override { return execution_; }
  std::uint64_t seed() const override { return options_.seed; }
  at::Device device() const override { return device_; }
  int first_epoch() const override { return first_epoch_; }
  int last_epoch() const override { return suggestion_.slot.last_epoch; }
  torch::optim::Optimizer& optimizer() override { return *optimizer_; }
  bool cancelled() override;
  bool report(int epoch, std::vector<Metric> metrics) override;

 private:
  void build();
  ExecutionEnd end() const;
  void report_history();
  void report_found();
  void send(const EpochRecord& record);
  void keep_best();
  void restore_best();
  void save();
  CheckpointOwner owner() const;
  TrainingState state();
  std::string diverged(const EpochRecord& record) const;

  HyperModel& hyper_model_;
  const TrainerOptions& options_;
  const Suggestion& suggestion_;
  const int execution_;
  const at::Device device_;
  const Data& data_;
  HyperParameters& hp_;
  Reporter& reporter_;
  const double save_every_;  ///< seconds, within a slot

  torch::nn::Sequential model_{nullptr};
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  EarlyStopping early_stopping_;
  std::vector<at::Tensor> best_;
  Progress progress_;
  int first_epoch_ = 0;   ///< where this slot's training begins
  std::string diverged_;  ///< what, and when; empty: it did not
  bool cancelled_ = false;
  double epoch_started_ = 0;
  double saved_ = 0;         ///< when
  double save_seconds_ = 0;  ///< how long it took
};

}  // namespace sibyl
