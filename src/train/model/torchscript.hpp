#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

namespace torch::nn {
class SequentialImpl;
}

namespace sibyl {

/// Writes the model, as it predicts (dropout off, and so on), as a TorchScript file: `torch.jit.load(file)`
/// in Python gives a module with the same parameters, under the same names, and the same outputs. It is on
/// the CPU.
///
/// What the model does is recorded while it looks at `example` (samples, ...): a decision that forward()
/// takes by the values it sees is recorded as it was taken then. Throws Error when it can't be recorded or
/// written.
void save_torchscript(torch::nn::SequentialImpl& model, const at::Tensor& example,
                      const std::filesystem::path& file);

}  // namespace sibyl
