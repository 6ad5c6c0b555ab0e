#include "sweep/manager/manager.hpp"

#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "sibyl/error.hpp"
#include "sweep/link/backoff.hpp"
#include "sweep/manager/hang_limit.hpp"
#include "sweep/manager/outbox.hpp"
#include "sweep/manager/roster.hpp"
#include "sweep/manager/worker_health.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int max_messages_a_round = 1000;
constexpr std::chrono::milliseconds tick_interval{50};
constexpr std::chrono::seconds heartbeat_interval{2};
/// A round of this loop that took longer says nothing about the workers' silence.
constexpr std::chrono::seconds long_round{2};
/// For a worker's current step and its checkpoint, when the sweep is stopped.
constexpr std::chrono::seconds stop_timeout{30};

std::string seconds_text(std::chrono::milliseconds time) {
  return std::to_string((time.count() + 500) / 1000) + " s";
}

class Manager {
 public:
  Manager(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks,
          const ManagerOptions& options)
      : link_(link),
        workers_(workers),
        oracle_(oracle),
        hooks_(hooks),
        options_(options),
        roster_(workers, Clock::now()),
        hang_limit_(options.trial_timeout),
        outbox_(link) {
    if (options.heartbeats)
      for (const int worker : workers) roster_.beats(worker);
  }

  SearchOver run() {
    for (const int worker : workers_) link_.send(worker, options_.begin);
    Backoff backoff;
    while (true) {
      const auto round = Clock::now();
      if (round - std::exchange(last_round_, round) > long_round) roster_.forgive(round);
      const int received = receive();
      if (received < max_messages_a_round) look_for_the_lost();
      look_for_stop();
      const bool over = stopping_ ? stopped() : hand_out();
      commit();
      if (over) return end_;
      if (round >= next_tick_) {
        hooks_.tick();
        next_tick_ = Clock::now() + tick_interval;
      }
      if (round >= next_heartbeat_) {
        next_heartbeat_ = round + heartbeat_interval;
        for (const int worker : workers_)
          if (roster_.state(worker) != Roster::State::lost) link_.send(worker, Heartbeat{});
        tell_hang_limit();
      }
      if (received > 0)
        backoff.reset();
      else
        backoff.wait();
    }
  }

 private:
  int receive() {
    int received = 0;
    while (received < max_messages_a_round) {
      auto arrived = link_.receive();
      if (!arrived) break;
      ++received;
      const int worker = arrived->first;
      if (roster_.heard(worker, Clock::now())) rejoin(worker);
      if (lost_.erase(worker) > 0 && lost_.empty()) hooks_.all_ranks_live();
      if (auto* event = std::get_if<Event>(&arrived->second))
        std::visit([&](auto& each) { handle(worker, each); }, *event);
      else if (const auto* message = std::get_if<CannotTrain>(&arrived->second))
        retire_worker(worker, message->reason);
      else if (const auto* heartbeat = std::get_if<Heartbeat>(&arrived->second))
        handle(worker, *heartbeat);
      else if (std::holds_alternative<Leaving>(arrived->second))
        on_worker_leaving(worker);
    }
    return received;
  }

  void handle(int worker, WorkerJoined& joined) {
    if (const std::string reason = hooks_.refusal(joined); !reason.empty()) {
      retire_worker(worker, reason);
      return;
    }
    joined.time = hooks_.now();
    learn(joined);
    roster_.joined(joined);
    if (const double limit = hang_limit_.seconds(); std::isfinite(limit))
      link_.send(worker, StepLimit{limit});
    check_all_answered();
  }

  void handle(int worker, HyperparametersFound& found) {
    outbox_.acknowledge_one(worker);
    if (!oracle_.is_news(found)) return;
    const std::string problem = oracle_.contradiction(found);
    if (problem.empty()) return learn(found);
    cancel(found.trial);
    learn(TrialEnded{hooks_.now(), found.trial, found.attempt, worker, Ending::failed, Cause::exception,
                     problem});
  }

  void handle(int worker, EpochReported& report) {
    outbox_.acknowledge_one(worker);
    hang_limit_.tell(report);
    if (!oracle_.is_news(report)) return;
    if (auto refusal = oracle_.refusal(report))
      give_up(std::move(*refusal));
    else
      learn(report);
  }

  void handle(int worker, TrialEnded& ended) {
    ended.time = hooks_.now();
    roster_.done(worker, {ended.trial, ended.attempt});
    if (!oracle_.is_news(ended)) return;
    learn(ended);
    if (const std::string blame = health_.tell(ended); !blame.empty())
      retire_worker(worker, "taken out of service: " + blame);
  }

  void handle(int worker, const Heartbeat& heartbeat) {
    roster_.beats(worker);
    const auto running = [&] {
      if (!oracle_.running().contains(heartbeat.trial)) return false;
      const Trial& trial = oracle_.trials()[heartbeat.trial];
      return trial.attempt == heartbeat.attempt && trial.worker == worker;
    };
    if (heartbeat.trial < 0)
      roster_.idle(worker);
    else if (!running())  // it was given to another one in the meantime
      link_.send(worker, Cancel{heartbeat.trial, heartbeat.attempt});
  }

  template <class Other>
  void handle(int, Other&) {}  // no worker sends it

  void learn(const Event& event) {
    hooks_.record(event);
    recorded_ = true;
    const Consequences consequences = oracle_.tell(event);
    hooks_.learned(event, consequences);
    for (const TrialId trial : consequences.cancelled) cancel(trial);
  }

  void cancel(TrialId id) {
    const Trial& trial = oracle_.trials()[id];
    link_.send(trial.worker, Cancel{id, trial.attempt});
  }

  void look_for_the_lost() {
    if (Clock::now() - last_round_ > long_round) return;  // a stall in this round; the next one forgives it
    const auto longest = options_.silence_timeout;
    const auto lost = roster_.newly_lost(Clock::now(), longest);
    for (const int worker : lost) {
      lost_.insert(worker);
      hooks_.lost_a_rank();
      if (roster_.state(worker) != Roster::State::lost) continue;  // it had left
      lose(worker, "nothing was heard of it for " + seconds_text(longest) + ": its process or its node died");
    }
    if (!lost.empty()) check_all_answered();
  }

  // A worker that gets no more work, for a reason that people should know.
  void lose(int worker, const std::string& reason) {
    requeue_trials_of(worker, Cause::worker_lost, reason);
    learn(WorkerLeft{hooks_.now(), worker, reason});
    give_up_if_nobody_is_left(worker, reason);
  }

  void rejoin(int worker) {
    WorkerJoined joined = roster_.description(worker);
    joined.time = hooks_.now();
    learn(joined);
  }

  void retire_worker(int worker, const std::string& reason) {
    const bool never_joined = roster_.state(worker) == Roster::State::awaited;
    roster_.leave(worker);
    if (never_joined)
      cannot_train_.emplace(worker, reason);
    else
      lose(worker, reason);
    check_all_answered();
  }

  // A worker got a signal of its own. The others go on; without any other, the sweep stops.
  void on_worker_leaving(int worker) {
    roster_.leave(worker);
    requeue_trials_of(worker, Cause::none, "");
    if (!roster_.all_answered() || !roster_.present().empty()) return;
    look_for_stop();  // a signal to all processes is one to this one, too, and a better reason
    stop_on_request("all workers were told to stop");
  }

  // What was sent to a worker that takes nothing more is for another.
  void requeue_trials_of(int worker, Cause cause, const std::string& reason) {
    const auto running = oracle_.running();
    for (const TrialId id : running) {
      const Trial& trial = oracle_.trials()[id];
      if (trial.worker != worker) continue;
      const std::string message =
          cause == Cause::none ? "" : "worker " + std::to_string(worker) + ": " + reason;
      learn(TrialEnded{hooks_.now(), id, trial.attempt, worker, Ending::interrupted, cause, message});
    }
  }

  void give_up_if_nobody_is_left(int worker, const std::string& reason) {
    if (stopping_ || !roster_.all_answered() || !roster_.present().empty()) return;
    given_up_ = "no worker is left; the last one, worker " + std::to_string(worker) + ": " + reason;
  }

  void look_for_stop() {
    if (stopping_) return;
    if (const std::string reason = hooks_.stop_reason(); !reason.empty()) stop_on_request(reason);
  }

  void stop_on_request(const std::string& reason) {
    begin_stop({.reason = reason, .end = SweepEnd::stopped});
  }

  // No trial is to blame: those that are under way go on some other time, from where they were. Nobody is
  // waited for, since what they would still say is not wanted.
  void give_up(SearchOver end) {
    for (const int worker : roster_.present()) requeue_trials_of(worker, Cause::none, "");
    begin_stop(std::move(end));
  }

  void begin_stop(SearchOver end) {
    if (stopping_) return;
    stopping_ = true;
    stop_deadline_ = Clock::now() + stop_timeout;
    end_ = std::move(end);
    for (const int worker : roster_.present()) link_.send(worker, Stop{});
  }

  // Has every trial been saved? One that has not is given out again after a resume, from its last checkpoint.
  bool stopped() const { return oracle_.running().empty() || Clock::now() >= stop_deadline_; }

  // Before all have answered, nobody knows whether it is one worker's trouble or everybody's.
  void check_all_answered() {
    if (!roster_.all_answered() || cannot_train_.empty()) return;
    if (roster_.present().empty() && oracle_.running().empty() && given_up_.empty() && !ever_handed_out_)
      throw Error(cannot_train_.begin()->second);
    for (const auto& [worker, reason] : std::exchange(cannot_train_, {})) lose(worker, reason);
  }

  // Gives work to whoever is free; is the search over?
  bool hand_out() {
    if (!given_up_.empty()) {
      end_ = {.reason = given_up_, .end = SweepEnd::given_up};
      return true;
    }
    while (const auto worker = roster_.next_free()) {
      Decision decision = oracle_.ask();
      if (auto* over = std::get_if<SearchOver>(&decision)) {
        if (over->end == SweepEnd::given_up) {
          begin_stop(std::move(*over));  // saved, and not lost: a resume may go on
          return false;
        }
        end_ = std::move(*over);
        return oracle_.running().empty();
      }
      auto* suggestion = std::get_if<Suggestion>(&decision);
      if (!suggestion) return false;
      roster_.gave(*worker, {suggestion->slot.trial, suggestion->attempt});
      ever_handed_out_ = true;
      learn(TrialStarted{hooks_.now(), *worker, *suggestion});
      if (const auto found = oracle_.foreseen(*suggestion)) learn(*found);
      outbox_.hand_out(*worker, std::move(*suggestion));
    }
    return false;
  }

  // When it has changed enough to matter.
  void tell_hang_limit() {
    const double limit = hang_limit_.seconds();
    if (!std::isfinite(limit) || std::abs(limit - told_limit_) <= 0.1 * told_limit_) return;
    told_limit_ = limit;
    for (const int worker : roster_.present()) link_.send(worker, StepLimit{limit});
  }

  void commit() {
    if (recorded_) hooks_.commit();
    recorded_ = false;
    outbox_.send();
  }

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
  bool recorded_ = false;  ///< something since the last commit
  bool ever_handed_out_ = false;
  Clock::time_point last_round_ = Clock::now();
  Clock::time_point next_tick_ = Clock::now();
  Clock::time_point next_heartbeat_ = Clock::now();
  bool stopping_ = false;  ///< on request
  Clock::time_point stop_deadline_;
  std::string given_up_;  ///< why, when no worker is left
  SearchOver end_;
};

}  // namespace

SearchOver manage(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks,
                  const ManagerOptions& options) {
  return Manager(link, workers, oracle, hooks, options).run();
}

}  // namespace sibyl
