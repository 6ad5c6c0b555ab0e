#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sibyl/data.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

class HyperModel;

/// The job's data as training takes it, read by its data(), on the CPU: checked, targets prepared for the
/// loss. `parts`: what it is, as the job returned it. Throws Error for data that doesn't fit together, or is
/// not the recorded, and what the job throws.
Data read_data(HyperModel& model, const TrainerOptions& options, std::vector<DataPart>* parts = nullptr);
/// The same, and the job has seen it (HyperModel::on_data()).
Data load_data(HyperModel& model, const TrainerOptions& options);

/// Where tensors lie that are trained and validated with.
enum class Placement : std::uint8_t {
  device,  ///< where the model is
  host     ///< batches are copied from memory
};
/// `--data-placement`, or by the room on the device. `note`: a line of it for people; empty where there is
/// nothing to say.
Placement choose_placement(const Data& data, const TrainerOptions& options, c10::Device device,
                           std::string& note);
/// Training and validation samples moved to the device, or made a dataset in memory. Datasets stay what they
/// are.
Data placed(Data data, Placement placement, c10::Device device);
Split placed(const Split& split, Placement placement, c10::Device device);

}  // namespace sibyl
