#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <vector>

#include "sibyl/hyperparameters.hpp"

namespace sibyl {

/// What one trial is: the hyperparameters that it asks for, in that order, and their values.
struct Configuration {
  std::vector<Hyperparameter> hyperparameters;
  Values values;  ///< of these, and no others
};

/// Where a hyperparameter draws its value from: the stream of (seed, trial, its name, redraw).
struct Draws {
  std::uint64_t seed = 0;
  std::int64_t trial = 0;
  std::int64_t redraw = 0;
  auto operator<=>(const Draws&) const = default;
};

/// Finds out which configuration some values make: which of them are asked for. What is asked for besides is
/// drawn. None where it can't be found out (`build` throws, crashes, hangs). The same question has the same
/// answer.
using Ask = std::function<std::optional<Configuration>(const Values& given, const Draws& draws)>;

/// The configuration that a job's questions (see Job) make of the values. Throws what they throw.
Configuration ask(const std::function<void(HyperParameters&)>& questions, const Values& given,
                  const Draws& draws);

}  // namespace sibyl
