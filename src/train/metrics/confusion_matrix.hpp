#pragma once

#include "sibyl/training/loss.hpp"
#include "sibyl/trial.hpp"

namespace sibyl {

/// Of outputs and what they should be: a row and a column for each class, of one label for 0 and 1. Empty
/// where there are no classes, or several labels, which exclude one another in no way.
ConfusionMatrix confusion_matrix(const Loss& loss, const at::Tensor& output, const at::Tensor& y);

}  // namespace sibyl
