#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/schedulers/asha/rung.hpp"
#include "core/schedulers/scheduler.hpp"

namespace sibyl {

/// One bracket of asynchronous successive halving: rungs that end at given epochs, and the trials in them.
class AshaLadder {
 public:
  /// `epochs`: at which the rungs end, rising. `starters`: trials that begin in it, as far as is known;
  /// `bracket`: its number in slots.
  AshaLadder(std::vector<int> epochs, int eta, std::int64_t starters, int bracket,
             const Objective& objective);

  Slot new_slot(TrialId trial) const { return slot(trial, 0); }
  /// The slot to be given out next to a trial of it that may go on, of the highest rung that has one.
  std::optional<Slot> promotable() const;
  bool expects(const Slot& asked) const;
  void started(const Slot& slot, std::vector<RungResult>& decisions);
  void observed(const Observation& observation, std::vector<RungResult>& decisions);
  /// So many trials begin in it in all; never fewer than have begun.
  void expect(std::int64_t starters, std::vector<RungResult>& decisions);

  std::int64_t begun() const { return rungs_.front().status.expected; }
  int rungs() const { return static_cast<int>(rungs_.size()); }
  RungStatus status(int rung) const;
  bool idle() const { return open_ == 0 && !promotable(); }

 private:
  struct Rung {
    RungStatus status;  ///< `expected`: those that were begun
    AshaRung seen;
    std::int64_t promoted = 0;
  };
  Slot slot(TrialId trial, int rung) const;
  bool is_last(int rung) const { return rung + 1 == rungs(); }
  void arrive(int rung, const Observation& observation, std::vector<RungResult>& decisions);
  double promote(int rung, TrialId trial, std::vector<RungResult>& decisions);
  void pass_early_enders(int rung, std::vector<RungResult>& decisions);
  void drop_hopeless(std::vector<RungResult>& decisions);
  std::int64_t most_in(int rung) const;

  int eta_;
  std::int64_t starters_;
  std::int64_t open_ = 0;  ///< slots under way
  std::vector<Rung> rungs_;
};

}  // namespace sibyl
