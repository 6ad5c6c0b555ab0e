#pragma once

#include <optional>

#include "sibyl/job.hpp"

namespace sibyl {

/// What a program says of itself.
struct ProgramDescription {
  SearchSpace space;
  std::optional<Objective> objective;
};

/// Starts the program once, to be asked which hyperparameters it asks for; it trains nothing. Throws
/// UsageError where it does not say, with what it printed.
ProgramDescription describe_program(const Program& program);

}  // namespace sibyl
