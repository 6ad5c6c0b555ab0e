#pragma once

#include <filesystem>
#include <vector>

#include "store/results/retrained_table.hpp"

namespace sibyl {

/// What `retrain` has left in the sweep's directory, by trial: the JSON files beside its models are the
/// truth, and results.h5 is published from them. A file that can't be read is left out.
std::vector<RetrainedModel> read_retrained(const std::filesystem::path& directory);

/// Notices when there is more of it.
class RetrainedWatch {
 public:
  explicit RetrainedWatch(const std::filesystem::path& directory);
  /// Has the folder changed since this was asked the last time? True at first, if there is one.
  bool changed();

 private:
  std::filesystem::path folder_;
  std::filesystem::file_time_type seen_ = std::filesystem::file_time_type::min();
};

}  // namespace sibyl
