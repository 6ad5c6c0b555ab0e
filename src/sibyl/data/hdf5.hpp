#pragma once

#include <filesystem>
#include <string>

#include "sibyl/data.hpp"

namespace sibyl {

/// A dataset of an HDF5 file, of any shape: floats as float or double, whole numbers as int64 (bytes as
/// uint8). Throws Error when file or dataset is missing or damaged, or holds something else than numbers.
at::Tensor read_hdf5(const std::filesystem::path& file, const std::string& dataset);

/// Samples from the datasets x and y of a file, as h5py writes them: `file["x"] = x; file["y"] = y`. x as
/// floats, y as classes or floats; see samples() of split.hpp.
Split read_hdf5_samples(const std::filesystem::path& file, const std::string& x = "x",
                        const std::string& y = "y");

}  // namespace sibyl
