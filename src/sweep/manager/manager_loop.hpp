#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sweep/manager/hang_limit.hpp"
#include "sweep/manager/manager.hpp"
#include "sweep/manager/outbox.hpp"
#include "sweep/manager/roster.hpp"
#include "sweep/manager/worker_health.hpp"

namespace sibyl {

/// What manage() runs, for its two sources alone: manager.cpp has the rounds, what workers say and what they
/// are given; departures.cpp who leaves, and how the sweep ends.
class ManagerLoop {
 public:
  ManagerLoop(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks,
              const ManagerOptions& options);
  SearchOver run();

 private:
  using Clock = std::chrono::steady_clock;
  /// A round of this loop that took longer says nothing about the workers' silence.
  static constexpr std::chrono::seconds long_round{2};

  int receive();
  void handle(int worker, WorkerJoined& joined);
  void handle(int worker, HyperparametersFound& found);
  void handle(int worker, EpochReported& report);
  void handle(int worker, TrialEnded& ended);
  void handle(int worker, const Heartbeat& heartbeat);
  void handle(int worker, Leaving& leaving);
  template <class Other>
  void handle(int, Other&) {}  // no worker sends it
  void learn(const Event& event);
  void cancel(TrialId id);
  /// Gives work to whoever is free; is the search over?
  bool hand_out();
  Decision decide();
  void tell_hang_limit();
  void commit();

  void look_for_the_lost();
  void lose(int worker, const std::string& reason);
  void rejoin(int worker);
  void retire_worker(int worker, const std::string& reason);
  void requeue_trials_of(int worker, Cause cause, const std::string& reason);
  void give_up_if_nobody_is_left(int worker, const std::string& reason);
  void check_all_answered();
  void look_for_stop();
  void stop_on_request(const std::string& reason);
  void give_up(SearchOver end);
  void begin_stop(SearchOver end);
  bool stopped() const;

  Link& link_;
  const std::vector<int>& workers_;
  Oracle& oracle_;
  const ManagerHooks& hooks_;
  const ManagerOptions& options_;

  Roster roster_;
  WorkerHealth health_;
  HangLimit hang_limit_;
  double told_limit_ = 0;
  std::set<int> lost_;                       ///< given up for dead, and not heard of since
  std::map<int, std::string> cannot_train_;  ///< could not train from the start; not spoken of yet
  Outbox outbox_;
  ValueChooser own_chooser_;
  ValueChooser& chooser_;
  bool began_to_choose_ = false;  ///< in this round
  bool recorded_ = false;         ///< something since the last commit
  bool ever_handed_out_ = false;
  Clock::time_point last_round_ = Clock::now();
  Clock::time_point next_tick_ = Clock::now();
  Clock::time_point next_heartbeat_ = Clock::now();
  bool stopping_ = false;  ///< on request
  Clock::time_point stop_deadline_;
  std::string given_up_;  ///< why, when no worker is left
  SearchOver end_;
};

}  // namespace sibyl
