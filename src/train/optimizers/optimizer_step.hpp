#pragma once

#include <optional>

#include "sibyl/optimizer.hpp"

namespace sibyl {

/// Without gradients a step begins: backward then gives each parameter its own as it is, where it would add
/// it to zeros.
void drop_gradients(torch::optim::Optimizer& optimizer);

/// Makes all gradients together no longer than `norm` (their direction stays), without waiting for the
/// device.
void clip_gradients(torch::optim::Optimizer& optimizer, double norm);

/// Of its first group; none for an optimizer that has no such thing.
std::optional<double> learning_rate(torch::optim::Optimizer& optimizer);

/// A step with the schedule and the clip_norm of `how`. The optimizer may be any; its learning rate in
/// param_groups() is what the schedule multiplies, and is afterwards what it was.
void take_step(torch::optim::Optimizer& optimizer, const Optimizer& how, const StepPlace& place);

}  // namespace sibyl
