#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "train/datasets/input_file.hpp"

namespace sibyl {

/// What stands before the bytes of a .npy file's array.
struct NpyHeader {
  at::ScalarType type = at::kFloat;
  std::vector<std::int64_t> sizes;
  std::uint64_t begin = 0;  ///< of the array, in bytes of the file
  std::uint64_t bytes = 0;  ///< of the array
};

/// Throws Error for what read_npy() refuses.
NpyHeader read_npy_header(InputFile& file);
/// The same of a file whose bytes are to be read in place: throws Error, too, when it is gzipped, or does not
/// have as many bytes as it says.
NpyHeader read_plain_npy_header(const std::filesystem::path& path);

}  // namespace sibyl
