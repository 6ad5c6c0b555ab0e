#pragma once

#include <string>

#include "sibyl/data.hpp"

namespace sibyl {

/// Which part of the samples goes where; the rest is for training.
struct Parts {
  double validation = 0.2;
  double test = 0;
  /// Each class has its part in each: for small or unequal ones. y has to be classes then.
  bool stratified = false;
};

/// Parts the samples at random: which of them goes where is a function of the seed alone. Throws Error when a
/// part that is asked for, or the training set, gets none.
Data split(const Split& all, const Parts& parts, std::uint64_t seed);

/// x as floats (whatever numbers it has), y as classes (whole numbers) or floats, as the losses want them.
/// Throws Error, with `source` before it, when they don't have the same number of samples (first dimension),
/// or hold NaN or infinity.
Split samples(const at::Tensor& x, const at::Tensor& y, const std::string& source);

/// x of all parts as this makes it, fitted to the training set (of a dataset: to 1,000 samples of it, evenly
/// spaced); it joins data.preparation. A feature is a column of x (samples, features), a channel of x
/// (samples, channels, ...).
Data prepared(const Data& data, const InputPreparation& how);

/// So that over the training set each feature has mean 0 and standard deviation 1. One that never changes
/// only becomes 0.
Data standardised(const Data& data);

}  // namespace sibyl
