#pragma once

#include <filesystem>

namespace sibyl {

/// Writes an exported model, from raw input to what people read, as ONNX beside its TorchScript: with
/// Python's exporter (python3, or $SIBYL_PYTHON), for which PyTorch has to be there. Returns the file. Throws
/// Error that says what is missing.
std::filesystem::path write_onnx(const std::filesystem::path& torchscript);

}  // namespace sibyl
