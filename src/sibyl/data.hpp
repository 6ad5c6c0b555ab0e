#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sibyl/data/preparation.hpp"

namespace sibyl {

/// Samples and what the model should say of them; the first dimension of both counts the samples.
struct Split {
  at::Tensor x;
  at::Tensor y;  ///< whole numbers: classes; real numbers: values

  std::int64_t size() const { return x.defined() ? x.size(0) : 0; }
};

/// What a job trains on, validates with after each epoch, and scores once at the very end.
struct Data {
  Split train;
  Split validation;  ///< may be empty: no `val_` metrics then
  Split test;        ///< may be empty; training never looks at it
  // For people, and for the model that is exported; may be empty.
  std::vector<std::string> feature_names = {};  ///< of x's second dimension
  std::vector<std::string> class_names = {};    ///< of the classes 0, 1, ...
  Preparation preparation = {};                 ///< how x was made of raw rows or pictures
};

struct DataOptions {
  std::filesystem::path directory;  ///< `--data`; empty: the job's own default
  std::uint64_t seed = 0;           ///< of the sweep: a split of the data is a function of it alone
};

}  // namespace sibyl
