#pragma once

#include <string>
#include <vector>

#include "sibyl/objective.hpp"
#include "sibyl/trial.hpp"

namespace sibyl {

/// The rate of an epoch's last step stands among its metrics: no measure of the model, but its curve is what
/// people look at beside the others'.
inline constexpr const char* learning_rate_metric = "learning_rate";

/// Throws Error when the objective is not among an epoch's metrics.
void require_measured(const Objective& objective, const std::vector<Metric>& metrics);

/// "val_loss is NaN in epoch 3", when a loss or the objective is no finite number; else empty.
std::string diverged(const Objective& objective, int epoch, const std::vector<Metric>& metrics);

}  // namespace sibyl
