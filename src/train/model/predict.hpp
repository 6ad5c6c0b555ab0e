#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sibyl {

/// What an exported model (see torchscript.hpp) says of a file's samples, as CSV: the likeliest class and the
/// probability of each, or the values in their units, a row a sample. The inputs are as read_raw_input()
/// takes them. Returns what people should know, line by line. Throws Error for a file that does not fit.
std::vector<std::string> predict(const std::filesystem::path& model, const std::vector<std::string>& inputs,
                                 const std::filesystem::path& output);

}  // namespace sibyl
