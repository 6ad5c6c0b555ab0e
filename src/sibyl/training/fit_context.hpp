#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sibyl/objective.hpp"
#include "sibyl/trial.hpp"

namespace torch::optim {
class Optimizer;
}

namespace sibyl {

class StepGraph;

/// How samples are read that are not in memory, or not on the device.
struct LoadingOptions {
  int threads = 1;                   ///< that read ahead
  std::int64_t max_bad_samples = 0;  ///< so many that can't be read are replaced by the next one that can be
};

/// A place within an epoch.
struct EpochPlace {
  std::int64_t step = 0;         ///< steps of the epoch that are done
  std::vector<at::Tensor> kept;  ///< what the loop has gathered in them (sums of its metrics, say)
};

/// What a training loop is told and whom it tells. One that is written by hand looks like this:
///
///     for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
///       for (...) {
///         if (context.cancelled()) return;
///         ...                                       // a step with context.optimizer()
///       }
///       if (!context.report(epoch, {{"loss", loss}, {"val_loss", val_loss}})) return;
///     }
///
/// Between two slots of a trial, and when the sweep is stopped and resumed, its model, `optimizer()`, random
/// numbers and early stopping are saved and restored; whatever else a loop keeps starts anew. This loop can
/// only begin where an epoch does: one that the sweep's stop cuts off is trained again from a checkpoint
/// before it. The next one goes on at the very step:
///
///     torch::Tensor sum = torch::zeros({}, context.device());
///     for (int epoch = context.first_epoch() + 1; epoch <= context.last_epoch(); ++epoch) {
///       const EpochPlace place = context.begin_epoch();
///       if (place.kept.empty()) sum.zero_(); else sum.copy_(place.kept[0]);
///       const auto order = context.order(samples, epoch);    // nothing random of its own before the steps
///       for (std::int64_t step = place.step; step < steps; ++step) {
///         if (context.cancelled(step, [&] { return std::vector{sum}; })) return;
///         ...                                                // a step, which begins with zero_grad()
///       }
///       ...
///     }
///
/// Validation may be cut into steps too (it goes on counting), or be done again after a stop.
class FitContext {
 public:
  /// Gives what EpochPlace::kept is to bring back: one tensor or more.
  using Keep = std::function<std::vector<at::Tensor>()>;

  virtual ~FitContext() = default;

  virtual TrialId trial() const = 0;
  virtual int execution() const = 0;
  virtual std::uint64_t seed() const = 0;  ///< of the sweep
  virtual at::Device device() const = 0;   ///< where model and data are
  virtual int first_epoch() const = 0;     ///< epochs already behind the model
  virtual int last_epoch() const = 0;      ///< the one to train to
  /// The sweep's --max-epochs, which the best trials are trained to. What is spread over a whole training (a
  /// schedule) goes by it: last_epoch() is only the end of this slot.
  virtual int max_epochs() const { return last_epoch(); }
  virtual torch::optim::Optimizer& optimizer() = 0;
  virtual Objective objective() const { return {}; }         ///< of the sweep
  virtual Objective monitor() const { return objective(); }  ///< what early stopping goes by
  /// The objective's metric of each epoch that is behind the model (of a descendant: its parent's, too).
  virtual std::vector<double> scores() const { return {}; }

  /// Of the model's parameters, in their order, or empty; saved with them. Validation is done with it, and
  /// the best epoch keeps it, where it is not empty.
  virtual std::vector<at::Tensor>& average_weights();

  /// Should training end now? Cheap; ask before every step, and return when it says so.
  virtual bool cancelled() = 0;
  /// The same before step `step` (from 0) of an epoch, for a loop that can begin there: here a checkpoint may
  /// be made, and `keep` is called for it. Ask begin_epoch() first.
  virtual bool cancelled(std::int64_t step, const Keep& keep) = 0;
  /// Where the next epoch begins: at step 0 with nothing kept, but at the checkpoint's place when that was
  /// made in the middle of the epoch. `kept` is on the device.
  virtual EpochPlace begin_epoch() = 0;
  /// Tells of an epoch, the objective's metric among its metrics. False: training is over, return.
  /// The learning rate of optimizer() is added to them, unless there is a `learning_rate` among them.
  virtual bool report(int epoch, std::vector<Metric> metrics) = 0;
  /// Before the first step, by a loop that knows it: the metrics that each epoch will have. Throws Error
  /// where objective() or monitor() is missing; without the objective, the sweep ends.
  virtual void will_measure(const std::vector<std::string>& /*names*/) {}
  /// Where the validation's confusion matrix is wanted after an epoch, of classes; else null.
  virtual ConfusionMatrix* confusion() { return nullptr; }
  /// Something that people should know of this trial: it comes into its message.
  virtual void warn(const std::string& /*text*/) {}

  /// Something to be known of this trial later: `note:NAME` of its row in results.h5, the latest value of
  /// that name. Texts are cut at 500 bytes. Throws Error for a name without a letter, or more than 100 names.
  virtual void note(const std::string& /*name*/, const Value& /*value*/) {}
  /// This epoch's training is done, on so many samples: what comes before its report() is validation. With it
  /// the epoch's row says how long each took.
  virtual void trained(std::int64_t /*samples*/) {}

  /// So many seconds of this epoch's training went by while the next batch was not there.
  virtual void waited(double /*seconds*/) {}
  virtual LoadingOptions loading() const { return {}; }

  /// What training steps are recorded with, to be replayed; null where each is to be launched anew.
  /// `own_code`: the step is the job's own, or its model has modules of its own.
  virtual std::unique_ptr<StepGraph> step_graph(bool own_code);

  /// The order in which an epoch takes its samples, on the device: a function of who trains what, so the same
  /// on any worker and after any resume.
  at::Tensor order(std::int64_t samples, int epoch) const;

 private:
  std::vector<at::Tensor> average_;
};

}  // namespace sibyl
