#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include "core/training/checkpoint_timer.hpp"
#include "sibyl/job.hpp"
#include "sibyl/training/hyper_model.hpp"
#include "train/checkpoint/checkpoint.hpp"
#include "train/device/step_graph.hpp"
#include "train/loop/trial_reports.hpp"

namespace sibyl {

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
            int execution, at::Device device, const Data& data, HyperParameters& hp, Reporter& reporter);

  /// Throws what the job or LibTorch throws, and WorkerFailure.
  ExecutionEnd run();

  /// Fills the matrix with the validation of the last epoch, if that has classes. Before run(); it lives
  /// longer.
  void count_confusion(ConfusionMatrix* matrix) { confusion_ = matrix; }

  TrialId trial() const override { return suggestion_.slot.trial; }
  int execution() const override { return execution_; }
  std::uint64_t seed() const override { return options_.seed; }
  at::Device device() const override { return device_; }
  int first_epoch() const override { return first_epoch_; }
  int last_epoch() const override { return suggestion_.slot.last_epoch; }
  torch::optim::Optimizer& optimizer() override { return *optimizer_; }
  Objective objective() const override { return options_.objective; }
  Objective monitor() const override { return options_.monitored(); }
  std::vector<double> scores() const override;
  std::vector<at::Tensor>& average_weights() override { return average_; }
  bool cancelled() override;
  bool cancelled(std::int64_t step, const Keep& keep) override;
  EpochPlace begin_epoch() override;
  bool report(int epoch, std::vector<Metric> metrics) override;
  std::unique_ptr<StepGraph> step_graph(bool own_code) override;
  int max_epochs() const override { return std::max(options_.max_epochs, last_epoch()); }
  void warn(const std::string& text) override;
  void will_measure(const std::vector<std::string>& names) override;
  ConfusionMatrix* confusion() override { return confusion_; }
  void note(const std::string& name, const Value& value) override;
  void trained(std::int64_t samples) override;
  void waited(double seconds) override { waited_seconds_ = seconds; }
  LoadingOptions loading() const override {
    return {.threads = options_.loader_threads, .max_bad_samples = options_.max_bad_samples};
  }

  /// What is known of the training by now, also where run() threw: its model's parameters and its checkpoint.
  TrialFacts facts() const;
  /// What the job noted and no report has told yet.
  Values take_notes() { return reports_.take_notes(); }

 private:
  /// For lengths of time, by a clock that nobody sets meanwhile.
  static double now();
  void build();
  void restore();
  /// Goes on from the parent's checkpoint. Not if that is of another epoch, or can't be read: `note` says
  /// why.
  bool take_over_parent(std::string& note);
  ExecutionEnd end() const;
  void report_history();
  /// Trains to the end of the slot, or as far as is wanted.
  void train();
  /// Throws Error when the checkpoint stands within an epoch, and fit does not know.
  void require_begun() const;
  void save();
  void save_within_epoch(std::int64_t step, const Keep& keep);
  CheckpointOwner owner() const;
  TrainingState state();

  HyperModel& hyper_model_;
  const TrainerOptions& options_;
  const Suggestion& suggestion_;
  const int execution_;
  const at::Device device_;
  const Data& data_;
  HyperParameters& hp_;
  TrialReports reports_;

  InputPreparation preparation_;
  torch::nn::Sequential model_{nullptr};
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  EarlyStopping early_stopping_;
  std::vector<at::Tensor> best_;     ///< weights
  std::vector<at::Tensor> average_;  ///< of the weights, where one is kept
  TrainingProgress progress_;
  CheckpointTimer timer_;
  ConfusionMatrix* confusion_ = nullptr;
  int first_epoch_ = 0;        ///< where this slot's training begins
  double epoch_started_ = 0;   ///< seconds since 1970
  double seconds_before_ = 0;  ///< of the epoch's training before `going_since_`
  double going_since_ = 0;     ///< by a steady clock
  std::string diverged_;       ///< what, and when; empty: it did not
  /// Of the epoch's time, what was spent before validation began; NaN: it has not.
  double training_seconds_ = std::numeric_limits<double>::quiet_NaN();
  double waited_seconds_ = 0;    ///< of the epoch's training, for batches
  std::int64_t samples_ = 0;     ///< of the epoch's training
  std::int64_t parameters_ = 0;  ///< of the model
  std::string note_;             ///< what people should know of it, whatever its end
};

}  // namespace sibyl
