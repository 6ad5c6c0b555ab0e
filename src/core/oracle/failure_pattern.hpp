#pragma once

#include <string>
#include <vector>

#include "sibyl/trial.hpp"

namespace sibyl {

/// What the given failed trials have in common, in words for people who look for the reason: their cause,
/// their message, their worker, and up to three hyperparameters whose values tell them from the trials that
/// have not failed. "all with signal SIGSEGV: killed by SIGSEGV (a memory fault); all on worker 3; all with
/// optimizer = sgd, learning_rate >= 0.05". Messages count as the same if they differ in numbers only;
/// otherwise the text has "; the last: ..." instead. Never empty.
std::string failure_pattern(const std::vector<TrialId>& failed, const std::vector<Trial>& trials);

}  // namespace sibyl
