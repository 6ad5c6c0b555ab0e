// Tables of measured trainings (TaskSet: 1000 configurations of Adam with their losses after 0 .. 50 epochs),
// in which a trial is looked up instead of trained.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "bench/samplers/problems.hpp"

namespace sibyl::bench {

struct TableRow {
  std::array<double, 8> place = {};  ///< of its configuration in the unit cube
  std::vector<double> losses;        ///< by epoch, NaN where it had diverged
};

/// Reads a CSV file (not compressed) with the columns config_id, eight hyperparameters, e0, e1, ...
/// Throws Error where it is none.
std::vector<TableRow> read_table(const std::string& path);

/// A suggestion is answered by the nearest configuration that was not used yet, and the sampler is told of
/// that one: so none profits from asking for the same place again. A trial's loss is the least of its
/// training's; one that had none is as bad as the worst.
class TableProblem : public Problem {
 public:
  explicit TableProblem(std::vector<TableRow> rows);
  Outcome run(const Values& values) override;

 private:
  std::vector<TableRow> rows_;
  std::vector<double> best_;  ///< a row's loss
  std::vector<bool> used_;
};

}  // namespace sibyl::bench
