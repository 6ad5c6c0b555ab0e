#pragma once

#include "sibyl/data.hpp"

namespace sibyl {

/// Fashion-MNIST (Xiao et al. 2017): 70,000 pictures of clothes, 28 x 28 grey values in [0, 1], in ten
/// classes. x is (samples, 784) of floats, y (samples) of classes. Of the 60,000 for training, a sixth that
/// the seed picks is for validation; the 10,000 of the test set are as published.
///
/// Its four IDX files, plain or gzipped, are looked for in `options.directory`; when that is empty in
/// $SIBYL_DATA/fashion-mnist, then where Debian puts them. Throws Error when they are not there or are
/// damaged.
Data fashion_mnist(const DataOptions& options);

/// The same for any data set of four such files (MNIST, KMNIST); a sixth of the training set is for
/// validation.
Data mnist_like(const std::filesystem::path& directory, std::uint64_t seed);

}  // namespace sibyl
