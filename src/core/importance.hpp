#pragma once

#include <string>
#include <vector>

#include "core/events.hpp"
#include "sibyl/objective.hpp"

namespace sibyl {

/// How much a hyperparameter matters for the score: from 0 to 1, of all together 1.
struct Importance {
  std::string hyperparameter;
  double share = 0;
};

/// By PED-ANOVA (Watanabe, Bansal and Hutter 2023): how different are the values of the best tenth of the
/// trials from those of all trials? Each trial counts at every rung that it came to, among those of that
/// epoch; without `rungs`, where it ended. The important first; empty where fewer than eight trials have a
/// score, or all have the same. (analysis/ computes the same, for its pictures.)
std::vector<Importance> importances(const SearchSpace& space, const std::vector<Trial>& trials,
                                    const std::vector<RungResult>& rungs, const Objective& objective);

}  // namespace sibyl
