#pragma once

#include <memory>

#include "sibyl/data.hpp"
#include "sibyl/training/fit_context.hpp"

namespace sibyl {

class ResidentBatches;
class Loader;

/// The batches of an execution's epochs, in the order of each: from tensors where training is, or read ahead
/// from a dataset.
class EpochBatches {
 public:
  /// Both live longer.
  EpochBatches(const Split& split, std::int64_t batch, FitContext& context);
  ~EpochBatches();

  std::int64_t steps() const;
  /// Before the first at() of an epoch, which is that of `step`.
  void begin(int epoch, std::int64_t step);
  /// The epoch's steps are taken, and validation comes: what can be made ready for the next epoch meanwhile?
  void expect(int epoch);
  /// Step by step.
  const Split& at(std::int64_t step);

  /// Seconds that it had to be waited for batches since the last call; tells the context of samples that
  /// can't be read.
  double end_epoch();
  /// For a checkpoint in the middle of an epoch: the samples that could not be read so far. Undefined where
  /// none may be left out.
  at::Tensor state() const;
  void restore(const at::Tensor& state);

 private:
  void load(int epoch, std::int64_t step);

  const Split& split_;
  FitContext& context_;
  std::unique_ptr<ResidentBatches> resident_;
  std::unique_ptr<Loader> loader_;  ///< one of the two
  int expected_ = 0;                ///< the epoch that was made ready; 0: none
  at::Tensor order_;                ///< of that one
  std::size_t told_ = 0;            ///< of samples that can't be read
};

}  // namespace sibyl
