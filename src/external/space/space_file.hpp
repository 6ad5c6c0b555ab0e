#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sibyl/objective.hpp"
#include "sibyl/search_space.hpp"

namespace sibyl {

/// A default of an option that stands in a file of a space.
struct SpaceOption {
  std::string name;
  std::string text;   ///< of a flag: true or false
  std::string where;  ///< "space.json:12"
};

/// What `--space` says: see jobs/program/space.schema.json.
struct SpaceFile {
  SearchSpace space;
  std::optional<Objective> objective;
  std::string
      score;  ///< a regular expression: where in the program's output the score is; empty: see score.hpp
  std::vector<SpaceOption> options;
  /// What of it belongs to the sweep, as JSON on one line: without the options, which are recorded as such.
  std::string recorded;
};

/// Throws UsageError that names the line in `file` and what is wrong there.
SpaceFile read_space(const std::string& text, const std::string& file);
/// The same for the contents of the file.
SpaceFile read_space_file(const std::string& file);

}  // namespace sibyl
