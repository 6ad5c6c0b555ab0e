#pragma once

#include <vector>

#include "sibyl/data.hpp"

namespace sibyl {

/// The samples of both.
Split join(const Split& a, const Split& b);

/// Splits for cross-validation: training and validation samples together are parted into as many equal folds,
/// at random by the seed, classes (y (samples) of whole numbers) spread evenly over them. Each fold is the
/// validation set of one split, and the others are its training set.
class Folds {
 public:
  /// Throws Error when there are fewer samples than folds.
  Folds(const Data& data, int folds, std::uint64_t seed);

  /// What an execution (from 0) trains on: fold `execution % folds` is its validation set.
  Data of(int execution) const;

 private:
  Data all_;                        ///< all of it in `train`, where the data was
  std::vector<at::Tensor> places_;  ///< of each fold's samples in it, ascending, on the CPU
};

}  // namespace sibyl
