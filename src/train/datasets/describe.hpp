#pragma once

#include <string>

#include "sibyl/data.hpp"

namespace sibyl {

/// What a job trains on, in a few lines for people: how many samples in which part, the shape and range of x,
/// how often each class occurs, or the range of the values; and the names of features and classes, so that a
/// column that counts the rows, or a header that was taken for a sample, is seen.
///
///     data: 50000 training, 10000 validation, 10000 test samples
///     x     784 each, 0 to 1 (mean 0.286, deviation 0.353)
///     y     10 classes, 4977 to 5033 training samples each
///
/// Of a table also the gaps of its columns, and how many categories those of texts have.
std::string describe(const Data& data);

}  // namespace sibyl
