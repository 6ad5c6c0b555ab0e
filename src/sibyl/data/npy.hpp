#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace sibyl {

/// The array of a NumPy .npy file (format 1, 2 or 3; plain or gzipped), with its own type: float, double,
/// whole numbers (uint8, int8, int16, int32, int64) or bool. Throws Error when the file is missing, damaged,
/// or holds what a tensor can't: another type or byte order, Fortran's order; the message says how to save it
/// instead.
at::Tensor read_npy(const std::filesystem::path& file);

/// The same array, mapped from its file in place of read: its pages are read when they are needed, and all
/// processes of a machine share the system's one copy of them, so it may be larger than memory. The file has
/// to stay as it is while the tensor lives; what is written to the tensor is this process's own, and never
/// goes into the file. Throws Error as read_npy() does, and for a gzipped file. (What is read sample by
/// sample is better a NpyDataset: of a mapping the system reads much more around each.)
at::Tensor map_npy(const std::filesystem::path& file);

}  // namespace sibyl
