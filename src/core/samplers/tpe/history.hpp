#pragma once

#include <set>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "core/samplers/proposer.hpp"
#include "core/samplers/tpe/parzen.hpp"

namespace sibyl::tpe {

/// Trials by their places in the order in which they were started, and their weights; for an estimator.
struct Group {
  std::vector<std::uint32_t> trials;
  std::vector<double> weights;
};

/// What was tried where, and how it went.
class History {
 public:
  explicit History(const UnitCube& cube);

  void started(TrialId trial, const Point& point);
  void evaluated(const Evaluation& evaluation);

  /// How many trials have a result at the last epoch for which they have any: a failure is none, nor is an
  /// infinite loss.
  std::size_t results() const { return ranks_.size(); }
  /// The best few: those that came farthest, and among them those with the least losses.
  Group best(std::size_t count) const;
  /// All others, pending and failed ones too. The newest `recent` are all there; of older ones, where these
  /// are more, every 2nd, 4th, ... trial stands for those that are left out. Old ones weigh less.
  Group others(const Group& best, std::size_t recent) const;
  /// By dimension, the coordinates of those trials.
  std::vector<Column> columns(const Group& group) const;
  const Point& point(std::uint32_t trial) const { return points_[trial]; }
  /// Was a trial of this sweep at just that point?
  bool tried(const Point& point) const { return tried_.contains(key(point)); }
  /// A number that stands for a point: two that differ in any bit have different ones, but for one case in
  /// 2^64.
  static std::uint64_t key(const Point& point);

 private:
  using Rank = std::tuple<int, double, std::uint32_t>;  ///< minus the epoch, the loss, the trial

  std::vector<TrialId> ids_;
  std::vector<Point> points_;
  std::vector<Evaluation> latest_;                  ///< by trial; epoch -1: none yet
  std::vector<std::vector<std::uint32_t>> sorted_;  ///< by dimension, the trials that have it active, rising
  std::set<Rank> ranks_;
  std::unordered_set<std::uint64_t> tried_;
};

}  // namespace sibyl::tpe
