#pragma once

#include <string>

#include "core/events.hpp"

namespace sibyl {

/// How what a worker trains on compares with what the sweep trains on.
struct DataComparison {
  std::string difference;    ///< both named, and where they differ; empty if it is the same
  bool only_digits = false;  ///< the same samples, but for the last digits of numbers that were computed
};
/// `other_platform`: the two were computed on different kinds of machines or by different libraries. Data
/// without parts compares with any.
DataComparison compare(const DataDescribed& there, const DataDescribed& here, bool other_platform);

/// "/a/b.csv: train.x 120 x 4 Float, ...": where it lies and what it is.
std::string to_string(const DataDescribed& data);

}  // namespace sibyl
