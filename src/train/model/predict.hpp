#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sibyl {

/// What an exported model (see torchscript.hpp) says of a file's samples, as CSV: the likeliest class and the
/// probability of each, or the values in their units, a row a sample. The input is a table, as
/// table_source() names one, if the model was trained on one, else an array: NumPy, IDX, or x of an HDF5
/// file. Returns what people should know, line by line. Throws Error for a file that does not fit.
std::vector<std::string> predict(const std::filesystem::path& model, const std::string& input,
                                 const std::filesystem::path& output);

}  // namespace sibyl
