#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "core/samplers/gp/outputs.hpp"
#include "core/samplers/proposer.hpp"

namespace sibyl::gp {

/// What a sweep has shown so far: the trials that were started, and their results, in the order told.
class History {
 public:
  struct Result {
    std::size_t trial = 0;  ///< its place among the points
    int epoch = 0;
    double loss = 0;  ///< NaN: it failed
  };

  void started(TrialId trial, const Point& point);
  void evaluated(const Evaluation& evaluation);

  const std::vector<Point>& points() const { return points_; }
  const std::vector<Result>& results() const { return results_; }
  /// By a trial of this sweep.
  bool tried(const Point& point) const;
  /// The places of those that were started and have no result, in the order told.
  std::vector<std::size_t> pending() const;
  /// How many results at that budget did not fail.
  std::size_t succeeded(int epoch) const;
  /// The largest budget of which more than that many results are known that did not fail; if there is none,
  /// that of which most are.
  int target_epoch(std::size_t more_than) const;

 private:
  static Point key(const Point& point);

  std::vector<Point> points_;
  std::vector<char> evaluated_;
  std::unordered_map<TrialId, std::size_t> places_;
  std::set<Point> tried_;
  std::vector<Result> results_;
  std::map<int, std::size_t> succeeded_;  ///< by epoch
};

/// Fewer results at one budget don't say how much its losses differ.
constexpr std::size_t enough_for_a_scale = 4;

/// How the results of each budget become comparable outputs: each standardised by itself, and those of larger
/// budgets, which only the better trials have, placed where these stood among all. With few
/// results a budget takes the scale of the one before.
std::map<int, Outputs> outputs_by_epoch(const std::vector<History::Result>& results);

/// Of so many outputs, those that a model is made of where that would take too long with all: the best, the
/// latest, and others far from these and from one another. In ascending order.
std::vector<std::size_t> subset(const std::vector<Point>& points, const std::vector<double>& outputs,
                                std::size_t size);

}  // namespace sibyl::gp
