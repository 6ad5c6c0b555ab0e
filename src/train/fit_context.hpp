#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/trial.hpp"

namespace torch::optim {
class Optimizer;
}

namespace sibyl {

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
/// Between two slots of a trial its model, `optimizer()`, random numbers and early stopping are saved and
/// restored; whatever else a loop keeps starts anew.
class FitContext {
 public:
  virtual ~FitContext() = default;

  virtual TrialId trial() const = 0;
  virtual int execution() const = 0;
  virtual std::uint64_t seed() const = 0;  ///< of the sweep
  virtual at::Device device() const = 0;   ///< where model and data are
  virtual int first_epoch() const = 0;     ///< epochs already behind the model
  virtual int last_epoch() const = 0;      ///< the one to train to
  virtual torch::optim::Optimizer& optimizer() = 0;

  /// Should training end now? Cheap; ask before every step, and return when it says so.
  virtual bool cancelled() = 0;
  /// Tells of an epoch, the objective's metric among its metrics. False: training is over, return.
  virtual bool report(int epoch, std::vector<Metric> metrics) = 0;

  /// The order in which an epoch takes its samples, on the device: a function of who trains what, so the same
  /// on any worker and after any resume.
  at::Tensor order(std::int64_t samples, int epoch) const;
};

}  // namespace sibyl
