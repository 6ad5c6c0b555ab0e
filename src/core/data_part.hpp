#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sibyl {

/// One tensor of what a job trains on. Data is the same when its contents are, wherever the files lie.
struct DataPart {
  std::string name;                 ///< "train.x"
  std::vector<std::int64_t> shape;  ///< the first dimension counts the samples
  std::string type;                 ///< of its numbers, as the job's library calls it: "Float"
  std::uint64_t hash = 0;           ///< XXH64 of its bytes
  double mean = 0;                  ///< of all numbers
  double trend = 0;                 ///< mean of the samples' means, each times its place from 0 to 1
  bool operator==(const DataPart&) const = default;
};

}  // namespace sibyl
