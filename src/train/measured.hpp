#pragma once

#include <string>
#include <vector>

#include "core/objective.hpp"
#include "core/trial.hpp"

namespace sibyl {

/// Throws Error when the objective is not among an epoch's metrics.
void require_measured(const Objective& objective, const std::vector<Metric>& metrics);

/// "val_loss is NaN in epoch 3", when a loss or the objective is no finite number; else empty.
std::string diverged(const Objective& objective, int epoch, const std::vector<Metric>& metrics);

}  // namespace sibyl
