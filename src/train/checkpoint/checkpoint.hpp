#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/training/early_stopping.hpp"
#include "sibyl/error.hpp"
#include "sibyl/training/fit_context.hpp"
#include "sibyl/trial.hpp"

namespace torch {
namespace nn {
class Module;
}
namespace optim {
class Optimizer;
}
namespace serialize {
class InputArchive;
}
}  // namespace torch

namespace sibyl {

/// One epoch of one execution, as it was reported.
struct EpochRecord {
  int epoch = 0;
  double started = 0;  ///< seconds since 1970
  double seconds = 0;
  std::vector<Metric> metrics;
  double validation_seconds = std::numeric_limits<double>::quiet_NaN();  ///< see EpochReported
  std::int64_t samples = 0;
  double waiting_seconds = 0;
};

/// An epoch that is not done.
struct PartOfEpoch {
  EpochPlace place;
  double started = 0;  ///< seconds since 1970
  double seconds = 0;  ///< trained so far
  /// Of these, the ones before validation began; NaN: it has not.
  double training_seconds = std::numeric_limits<double>::quiet_NaN();
};

/// How far an execution has come.
struct TrainingProgress {
  int epoch = 0;         ///< epochs behind it
  bool stopped = false;  ///< early; it will not be trained again
  EarlyStopping::State early_stopping;
  std::vector<EpochRecord> history;  ///< of all epochs, 1 .. epoch
  Values notes = {};                 ///< of the job, so far
  std::optional<PartOfEpoch> part;   ///< of the next one; none: the checkpoint stands between two epochs
};

/// Whose checkpoint it is. Values may be added to a trial later, not changed.
struct CheckpointOwner {
  std::uint64_t seed = 0;
  TrialId trial = 0;
  int execution = 0;
  Values hyperparameters;
};

/// The tensors of an execution that go on from one slot to the next.
struct TrainingState {
  torch::nn::Module& model;
  torch::optim::Optimizer& optimizer;
  at::Device device;
  std::vector<at::Tensor>& best;     ///< weights of the best epoch; empty: not kept
  std::vector<at::Tensor>& average;  ///< FitContext::average_weights()
};

/// `<checkpoints>/<folder of the trial>/execution_<e>.pt`
std::filesystem::path checkpoint_path(const std::filesystem::path& checkpoints, TrialId trial, int execution);

/// Writes model, optimizer, the random generators of host and device, and progress; beside, synced, renamed:
/// at every instant there is either the old file or the new one. Throws Error when the disk does not take it.
void write_checkpoint(const std::filesystem::path& path, const CheckpointOwner& owner,
                      const TrainingProgress& progress, const TrainingState& state);

/// A checkpoint that has been read and found whole.
class Checkpoint {
 public:
  /// None when there is no file, or none that can be used: `note` then says why. Its tensors go to the
  /// device; throws what LibTorch throws when that (or this process) does not take them.
  static std::optional<Checkpoint> read(const std::filesystem::path& path, const CheckpointOwner& owner,
                                        at::Device device, std::string& note);
  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  const TrainingProgress& progress() const { return progress_; }
  /// Puts everything back, the random generators too. Throws Error when the model is not the one that was
  /// saved.
  void restore(const TrainingState& state);
  /// To another trial: the weights, and what the optimizer remembers of earlier steps. Its options (learning
  /// rate, ...), its random generators and its best weights are its own. Throws Error when the models differ.
  void hand_down(const TrainingState& state);

 private:
  Checkpoint();
  void restore_model(const TrainingState& state);
  std::filesystem::path path_;
  std::unique_ptr<torch::serialize::InputArchive> archive_;
  TrainingProgress progress_;
};

}  // namespace sibyl
