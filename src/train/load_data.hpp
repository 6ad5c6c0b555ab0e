#pragma once

#include <c10/core/Device.h>

#include "core/job.hpp"
#include "train/data.hpp"

namespace sibyl {

class HyperModel;

/// The job's data as training takes it: checked, targets prepared for the loss, the parts for training and
/// validation on the device. Throws Error for data that doesn't fit together, and what the job throws.
Data load_data(HyperModel& model, const TrainerOptions& options, c10::Device device);

/// A part as training takes it.
Split on_device(const Split& split, c10::Device device);

}  // namespace sibyl
