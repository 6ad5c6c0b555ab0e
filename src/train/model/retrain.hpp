#pragma once

#include <vector>

#include "sibyl/job.hpp"
#include "sibyl/training/hyper_model.hpp"

namespace sibyl {

/// Trains a configuration anew, to the suggestion's last epoch, on the training and the validation data
/// together; then scores it on the test set, which is looked at this once: it is the validation set of the
/// last epoch, and of no other (so that what a job does to its data in `fit` is done to the test set too).
/// Returns the last epoch's metrics, those of the test set with `test_` before their names, and its confusion
/// matrix; none of these when the job has no test set. The checkpoint of the last epoch is in
/// `options.checkpoints`.
///
/// `reporter` is told of every epoch; in those before the last, `val_` metrics are of data that is trained
/// on. Throws Error when the training fails.
Retrained retrain(HyperModel& model, const Suggestion& suggestion, TrainerOptions options,
                  Reporter& reporter);

/// The model of the suggestion's trial, from its checkpoint below `options.checkpoints`, as TorchScript (see
/// torchscript.hpp). Throws Error when there is no such checkpoint.
ExportedModel export_model(HyperModel& model, const Suggestion& suggestion, const TrainerOptions& options,
                           Weights weights, const std::filesystem::path& file);

}  // namespace sibyl
