#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sibyl/job.hpp"
#include "sibyl/training/hyper_model.hpp"
#include "train/device/device.hpp"
#include "train/loop/folds.hpp"
#include "train/loop/load_data.hpp"

namespace sibyl {

/// Trains the trials of a HyperModel on this worker's device, where the data stays if there is room.
class TrialTrainer : public Trainer {
 public:
  /// Throws Error when there is no such device or no data.
  TrialTrainer(std::shared_ptr<HyperModel> model, TrainerOptions options);

  WorkerJoined describe() const override;
  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override;
  std::string broken() const override { return broken_; }

 private:
  /// Read here, or by another process of the node; for folds, samples for training and validation are one.
  Data load();
  void train_executions(const Suggestion& suggestion, Reporter& reporter, TrialEnded& ended);
  /// What the device says after a trial that failed; empty if it works. (A CUDA context that has met a
  /// device-side assertion never works again, and its trial must not hide that.)
  std::string try_the_device();

  std::shared_ptr<HyperModel> model_;
  TrainerOptions options_;
  ChosenDevice chosen_;
  at::Device device_;
  std::vector<DataPart> data_parts_;
  Placement placement_ = Placement::device;
  Data on_host_;                ///< what the node has once: for processes that start later, too
  Data data_;                   ///< where it is placed, but for the test set
  std::optional<Folds> folds_;  ///< then data_ is empty
  std::string description_;     ///< of the data, for people
  std::string broken_;          ///< why nothing can be trained here any more
};

/// As a worker with this device joins: device, its name and UUID, threads, and what is slow or odd about it.
WorkerJoined describe_worker(const ChosenDevice& chosen, const TrainerOptions& options);

}  // namespace sibyl
