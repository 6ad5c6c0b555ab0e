#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

#include "train/preparation/script.hpp"

namespace torch::nn {
class SequentialImpl;
}

namespace sibyl {

/// Writes the model, as it predicts (dropout off, and so on), as a TorchScript file: `torch.jit.load(file)`
/// in Python gives a module that takes raw input and gives what people read (see add_methods()). Its part
/// `network` is the model itself, with the same parameters, under the same names behind `network.`, and the
/// same outputs. It is on the CPU. (A model whose recording takes a batch of one size only, as LibTorch's of
/// recurrent layers does, is recorded for a sample, `network.each`, and taken sample by sample.)
///
/// What the model does is recorded while it looks at `example`, its inputs (samples, ...): a decision that
/// forward() takes by the values it sees is recorded as it was taken then. Throws Error when it can't be
/// recorded or written.
void save_torchscript(torch::nn::SequentialImpl& model, const std::vector<at::Tensor>& example,
                      const ModelDescription& description, const std::filesystem::path& file);

}  // namespace sibyl
