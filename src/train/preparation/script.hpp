#pragma once

#include "train/preparation/model_description.hpp"

namespace torch::jit {
struct Module;
}

namespace sibyl {

/// Gives the module, which has a `network`, the methods that take raw input and give what people read, and
/// the attributes that say what these are called:
///
///     forward(raw), prepare(raw), finish(output)       tensors
///     encode(rows)                                     of a table: rows of texts as `raw`
///     predict(rows or raw)                             a dictionary a row: probability or value by name
///     classify(rows or raw)                            the name of the likeliest class
///     outputs, class_names, feature_names, preparation (JSON)
///
/// `input`: the type of the network's first input, which raw input becomes. Others are given behind `raw` as
/// they are, and `more` says which (JSON).
void add_methods(torch::jit::Module& module, const ModelDescription& description, at::ScalarType input);

}  // namespace sibyl
