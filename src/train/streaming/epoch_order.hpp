#pragma once

#include <ATen/core/Tensor.h>

#include "sibyl/random.hpp"
#include "sibyl/streaming/dataset.hpp"

namespace sibyl {

/// The places 0 to below size() in a random order, on the CPU. Of a dataset with parts: these at random, then
/// the samples of window() parts at a time, so that only so many parts are in use.
at::Tensor random_order(const Dataset& dataset, RandomStream random);

}  // namespace sibyl
