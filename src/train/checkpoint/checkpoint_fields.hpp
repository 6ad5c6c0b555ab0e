#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "train/checkpoint/checkpoint.hpp"

namespace torch::serialize {
class InputArchive;
class OutputArchive;
}  // namespace torch::serialize

namespace sibyl {

// The fields of a checkpoint's archive. Numbers go as tensors of doubles and whole numbers, which every
// LibTorch reads. What is read throws c10::Error when it is not there.

/// To the CPU, wherever the archive was loaded to.
at::Tensor read_tensor(torch::serialize::InputArchive& archive, const std::string& key);
std::vector<std::string> read_strings(torch::serialize::InputArchive& archive, const std::string& key);

void write_tensors(torch::serialize::OutputArchive& archive, const std::string& key,
                   const std::vector<at::Tensor>& tensors);
/// They stay where the archive was loaded to.
std::vector<at::Tensor> read_tensors(torch::serialize::InputArchive& archive, const std::string& key);

void write_progress(torch::serialize::OutputArchive& archive, const TrainingProgress& progress);
TrainingProgress read_progress(torch::serialize::InputArchive& archive);

}  // namespace sibyl
