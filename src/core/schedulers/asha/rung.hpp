#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "sibyl/objective.hpp"

namespace sibyl {

/// The results that a rung of asynchronous successive halving has seen, and who of them may go on: whoever is
/// among the best 1/eta of all that it has seen by then. Trials without a score are seen, and rank last.
/// A result costs the logarithm of their number.
class AshaRung {
 public:
  struct Seen : Ranked {
    bool ended_early = false;       ///< its score stands for the higher rungs, too
    mutable bool promoted = false;  ///< no part of the order
  };

  AshaRung(Objective objective, int eta);

  void see(const Seen& trial);
  void see_without_score();
  /// The best trial that may go on and has not; null if there is none. One that ended early comes first:
  /// nobody has to be free for it.
  const Seen* promotable() const;
  /// It goes on: one that may.
  Seen promote(TrialId trial);
  bool may_go_on(TrialId trial) const;

  /// No more than so many will be seen in all: trials that can't be among the best 1/eta of them any more are
  /// forgotten. Those of them that have not gone on, the worst first.
  std::vector<Seen> drop(std::int64_t most);

  std::int64_t seen() const { return seen_; }
  /// Trials that have not gone on, and still may or could.
  std::int64_t waiting() const { return waiting_; }

 private:
  using Order = std::set<Seen, BestFirst>;
  struct EarlyFirst {
    BestFirst better;
    bool operator()(const Seen& a, const Seen& b) const {
      return a.ended_early != b.ended_early ? a.ended_early : better(a, b);
    }
  };
  void balance();

  int eta_;
  std::int64_t seen_ = 0;
  std::int64_t waiting_ = 0;
  Order best_;  ///< the best 1/eta of those seen; fewer where not so many have a score
  Order rest_;
  std::set<Seen, EarlyFirst> promotable_;  ///< of the best
};

}  // namespace sibyl
