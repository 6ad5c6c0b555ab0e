#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sibyl/data/preparation.hpp"

namespace sibyl {

class Dataset;

/// Samples and what the model should say of them; the first dimension of each tensor counts the samples.
struct Split {
  at::Tensor x;
  at::Tensor y;  ///< whole numbers: classes; real numbers: values
  /// Inputs besides x, for a model that takes several: its first layer's forward(x, more[0], ...).
  std::vector<at::Tensor> more = {};
  /// In place of tensors: samples that are read when they are needed (see streamed() in
  /// sibyl/streaming/dataset.hpp).
  std::shared_ptr<const Dataset> dataset = {};

  std::int64_t size() const;
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
