#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sibyl/training/hyper_model.hpp"
#include "train/device/step_graph.hpp"
#include "train/loop/epoch_metrics.hpp"
#include "train/optimizers/gradient_lengths.hpp"
#include "train/optimizers/replayable.hpp"

namespace sibyl {

/// The training steps of an execution: forward, backward, the optimizer's step and the sums of the metrics.
/// Each is launched anew, or, where the context has a StepGraph, the launches of one are recorded and
/// replayed for all others of its size. A replay repeats what went to the device and nothing that the host
/// did, so the first one is tried against the step itself, from the same state: it has to give the same bits,
/// or, on a device that does not repeat its own, the same as far as that does. Else there is no replay.
class TrainSteps {
 public:
  struct Sizes {
    bool mixed = false;            ///< precision
    std::int64_t batch = 0;        ///< samples of a full step
    std::int64_t micro_batch = 0;  ///< of them that go through the model at once; 0: all
    std::int64_t steps = 0;        ///< of a full batch that will be taken, about
    bool equal_samples = true;     ///< all full batches have the same shapes
  };
  /// All of it lives longer.
  TrainSteps(HyperModel& job, torch::nn::Sequential& model, const Optimizer& how, FitContext& context,
             Means& sums, const Sizes& sizes);

  /// What the job has changed between epochs (the optimizer's options, which parameters learn) is recorded
  /// anew.
  void begin_epoch();
  /// Throws Error, c10::Error, and what the job throws.
  void take(const Split& batch, const StepPlace& place);

  /// Of the epoch so far.
  GradientLengths& gradient_lengths() { return lengths_; }

 private:
  enum class Stage {
    first,      ///< the next full step shows whether steps are to be replayed
    warming,    ///< libraries make themselves ready in what they are first asked for
    recording,  ///< with the next full step
    replaying,
    launching,  ///< each step anew, for good
  };
  /// What a step changes on the device, and the random numbers that it draws.
  struct State {
    std::vector<at::Tensor> tensors;
    at::Tensor random_here, random_there;
  };

  /// A whole step. (Without a loss: the batch was left out.)
  StepResult step(const Split& batch);
  /// The same for a batch that is too large to go through the model at once.
  StepResult step_in_parts(const Split& batch);
  bool is_in_parts(const Split& batch) const;
  /// What happens to the gradients, and, after the optimizer's step, to the weights' average.
  void finish_gradients();
  void finish_weights();
  /// What it launches alone, after the optimizer's prepare(). Then count().
  void launch(const Split& batch);
  void count(const Split& batch);
  StepResult forward(const Split& batch);
  void decide(const Split& batch, const StepResult& result);
  void warm_up(const Split& batch);
  void record(const Split& batch);
  /// After a step that was launched from `before`: does a replay do the same? Ends where that step did.
  bool replay_is_right(const State& before);
  void replay(const Split& batch);
  /// Brings a batch to where replays read.
  void read(const Split& batch);
  void give_up(const std::string& why);

  std::vector<at::Tensor> live() const;
  State copy() const;
  void restore(const State& state);
  void restore_random(const State& state);
  std::vector<double> constants() const;

  HyperModel& job_;
  torch::nn::Sequential& model_;
  const Optimizer& how_;
  FitContext& context_;
  torch::optim::Optimizer& optimizer_;
  ReplayableOptimizer* const replayable_;  ///< the same, or null
  Means& sums_;
  const bool mixed_;
  const std::int64_t batch_, micro_batch_;
  GradientLengths lengths_;
  const std::vector<at::Tensor> parameters_;

  Stage stage_;
  int warm_steps_ = 0;
  bool own_code_ = false;  ///< the step is the job's own: nobody knows what else it does on the host
  Split input_;            ///< where replays read
  std::vector<double> recorded_constants_;
  std::unique_ptr<StepGraph> graph_;  ///< last: what it holds goes first
};

}  // namespace sibyl
