#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "cli/timing.hpp"
#include "core/oracle.hpp"

namespace sibyl {

/// Trials in the table, when nobody says how many.
constexpr int default_top = 10;

/// All trials, the best first; those without a score last.
std::vector<TrialId> ranking(const Oracle& oracle);

/// What people should know of the best trial: that it failed after it had reached its score, so that its
/// weights are gone, and whose model is the best. Empty while it has not failed.
std::string note_on_best(const Oracle& oracle);

/// The best trials as a table, the best hyperparameters, where the time went and where the files are.
void print_summary(std::ostream& out, const Oracle& oracle, const Timing& timing, double now, int top,
                   const std::filesystem::path& directory, const std::string& state);

/// The same as a JSON object, all trials included, the best first.
std::string summary_json(const Oracle& oracle, const Timing& timing, double now,
                         const std::filesystem::path& directory, const std::string& state);

}  // namespace sibyl
