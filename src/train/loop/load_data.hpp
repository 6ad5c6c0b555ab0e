#pragma once

#include <c10/core/Device.h>

#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

class HyperModel;

/// The job's data as training takes it: checked, targets prepared for the loss, the parts for training and
/// validation on the device. `parts`: what it is, as the job returned it. Throws Error for data that doesn't
/// fit together, or is not the recorded, and what the job throws.
Data load_data(HyperModel& model, const TrainerOptions& options, c10::Device device,
               std::vector<DataPart>* parts = nullptr);

/// A part as training takes it.
Split on_device(const Split& split, c10::Device device);

}  // namespace sibyl
