#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "core/importance.hpp"
#include "core/oracle/oracle.hpp"
#include "sweep/record/standing.hpp"
#include "sweep/record/timing.hpp"

namespace sibyl {

/// Trials in the table, when nobody says how many.
constexpr int default_top = 10;

/// All trials, the best first; those without a score last.
std::vector<TrialId> ranking(const Oracle& oracle);

/// What people should know of the best trial: that it failed after it had reached its score, so that its
/// weights are gone, and whose model is the best. Empty while it has not failed.
std::string note_on_best(const Oracle& oracle);

/// A sweep, at one moment.
struct Seen {
  const Oracle& oracle;
  const Timing& timing;
  double now;
  std::filesystem::path directory;
  Standing standing;
  std::vector<Importance> importances = {};  ///< none: not known
};

/// The best trials as a table, the best hyperparameters, where the time went and where the files are; in
/// lines of at most `width` columns, if it is not 0.
void print_summary(std::ostream& out, const Seen& sweep, int top, int width);

/// The same as a JSON object: the `top` best trials; 0: all, those without a score last.
std::string summary_json(const Seen& sweep, int top);

}  // namespace sibyl
