#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "train/preparation/model_description.hpp"

namespace sibyl {

/// Samples as people have them, for an exported model.
struct RawInput {
  std::vector<at::Tensor> inputs;  ///< what its forward() takes: (samples, ...) each
  std::vector<std::string> notes;  ///< what people should know, line by line
};

/// Reads a file for each input of a model; or one HDF5 file with x, more_0, ... for all of them. The first is
/// a table, as table_source() names one, if the model was trained on one. Others are arrays: NumPy, IDX, or
/// HDF5. Throws Error for a file that does not fit, or too few or too many of them.
RawInput read_raw_input(const std::vector<std::string>& files, const Preparation& preparation,
                        const std::vector<ModelDescription::Input>& more);

}  // namespace sibyl
