// What samplers are compared on: functions whose minimum is known, and tables of trainings that were
// measured.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl::bench {

/// What became of a trial.
struct Outcome {
  Values values;     ///< that it was run with: those of a table are not any that one asks for
  double loss = 0;   ///< what a sampler is told
  double truth = 0;  ///< what it is judged by: the loss without noise, less the least there is (where known)
};

class Problem {
 public:
  virtual ~Problem() = default;
  const SearchSpace& space() const { return space_; }
  /// Runs the next trial.
  virtual Outcome run(const Values& values) = 0;

 protected:
  SearchSpace space_;
};

/// The names of those that need no table.
std::vector<std::string> function_names();
/// By name; "table:PATH" is the table in a CSV file, see tables.hpp. Noise comes from the seed.
std::unique_ptr<Problem> make_problem(const std::string& name, std::uint64_t seed);

}  // namespace sibyl::bench
