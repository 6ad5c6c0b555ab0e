#pragma once

#include <string>
#include <vector>

#include "sibyl/job.hpp"
#include "sibyl/objective.hpp"
#include "sibyl/trial.hpp"

namespace sibyl {

/// The rate of an epoch's last step, and the mean length of its steps' gradients, stand among its metrics: no
/// measures of the model, but their curves are what people look at beside the others'.
inline constexpr const char* learning_rate_metric = "learning_rate";
inline constexpr const char* gradient_norm_metric = "gradient_norm";
inline bool is_of_training(const Metric& metric) {
  return metric.name == learning_rate_metric || metric.name == gradient_norm_metric;
}

/// Throws Error when the objective, or what early stopping goes by, is not among an epoch's metrics.
void require_measured(const TrainerOptions& options, const std::vector<Metric>& metrics);

/// "val_loss is NaN in epoch 3", when a loss or the objective is no finite number; else empty.
std::string diverged(const Objective& objective, int epoch, const std::vector<Metric>& metrics);

}  // namespace sibyl
