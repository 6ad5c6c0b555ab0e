#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/oracle/oracle.hpp"
#include "sweep/link/link.hpp"
#include "sweep/manager/value_chooser.hpp"

namespace sibyl {

/// What the manager's owner does along the way; all are called from the manager's loop.
struct ManagerHooks {
  std::function<double()> now;  ///< seconds since 1970
  /// Put the event into the journal. Called before the oracle learns of it; durable after the next `commit`.
  std::function<void(const Event&)> record = [](const Event&) {};
  /// Make what was recorded durable. Nothing is acknowledged and nothing is handed out before this returned.
  std::function<void()> commit = [] {};
  /// The oracle has learned of the event, with these consequences.
  std::function<void(const Event&, const Consequences&)> learned = [](const Event&, const Consequences&) {};
  /// Why a worker that could train can't be one of the sweep's all the same; empty if it can.
  std::function<std::string(const WorkerJoined&)> refusal = [](const WorkerJoined&) { return std::string(); };
  /// For how many seconds its launches have lasted, this one included.
  std::function<double()> lasted = [] { return 0.0; };
  /// Why the sweep is to stop now (a signal, a time limit); empty while it is to go on.
  std::function<std::string()> stop_reason = [] { return std::string(); };
  /// A worker was given up for dead.
  std::function<void()> lost_a_rank = [] {};
  /// Every one that was has been heard of again.
  std::function<void()> all_ranks_live = [] {};
  /// Several times a second.
  std::function<void()> tick = [] {};
};

struct ManagerOptions {
  Begin begin = {};  ///< what is sent to each worker first
  double trial_timeout =
      0;                    ///< seconds without a step after which a trial hangs; 0: found out, see HangLimit
  bool heartbeats = false;  ///< is every worker to send them? Else those that send one are to send more
  /// A worker that is to send heartbeats is given up for dead after so long without one.
  std::chrono::milliseconds silence_timeout{8000};
  /// Chooses values that take long; none: one that is waited for when manage() returns.
  ValueChooser* chooser = nullptr;
};

/// Rank 0's loop: hands the oracle's suggestions to free workers and its workers' reports to the oracle,
/// until the search is over or the sweep is told to stop; where trials are under way then (on request, or by
/// a stopper), the workers save what they train, and it waits for them for half a minute. While the values of
/// a new trial are being chosen it does all this, too, and who is free gets a trial that goes on or waits. A
/// worker that dies loses its trial to another one, and gets its work again should it come back. When no
/// worker is left, the sweep is given up; throws Error when none could train from the start, and whatever a
/// hook throws.
SearchOver manage(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks,
                  const ManagerOptions& options = {});

}  // namespace sibyl
