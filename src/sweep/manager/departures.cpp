// Who leaves the sweep, by its own will or not, and how the sweep ends.
#include <utility>

#include "sibyl/error.hpp"
#include "sweep/manager/manager_loop.hpp"

namespace sibyl {

namespace {

/// For a worker's current step and its checkpoint, when the sweep is stopped.
constexpr std::chrono::seconds stop_timeout{30};

std::string seconds_text(std::chrono::milliseconds time) {
  return std::to_string((time.count() + 500) / 1000) + " s";
}

}  // namespace

void ManagerLoop::look_for_the_lost() {
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
void ManagerLoop::lose(int worker, const std::string& reason) {
  requeue_trials_of(worker, Cause::worker_lost, reason);
  learn(WorkerLeft{hooks_.now(), worker, reason});
  give_up_if_nobody_is_left(worker, reason);
}

void ManagerLoop::rejoin(int worker) {
  WorkerJoined joined = roster_.description(worker);
  joined.time = hooks_.now();
  learn(joined);
}

void ManagerLoop::retire_worker(int worker, const std::string& reason) {
  const bool never_joined = roster_.state(worker) == Roster::State::awaited;
  roster_.leave(worker);
  if (never_joined)
    cannot_train_.emplace(worker, reason);
  else
    lose(worker, reason);
  check_all_answered();
}

// A worker got a signal of its own. The others go on; without any other, the sweep stops.
void ManagerLoop::handle(int worker, Leaving& leaving) {
  for (TrialEnded& ended : leaving.last) handle(worker, ended);
  roster_.leave(worker);
  requeue_trials_of(worker, Cause::none, "");
  if (!roster_.all_answered() || !roster_.present().empty()) return;
  look_for_stop();  // a signal to all processes is one to this one, too, and a better reason
  stop_on_request("all workers were told to stop");
}

// What was sent to a worker that takes nothing more is for another.
void ManagerLoop::requeue_trials_of(int worker, Cause cause, const std::string& reason) {
  const auto running = oracle_.running();
  for (const TrialId id : running) {
    const Trial& trial = oracle_.trials()[id];
    if (trial.worker != worker) continue;
    const std::string message =
        cause == Cause::none ? "" : "worker " + std::to_string(worker) + ": " + reason;
    learn(TrialEnded{hooks_.now(), id, trial.attempt, worker, Ending::interrupted, cause, message});
  }
}

void ManagerLoop::give_up_if_nobody_is_left(int worker, const std::string& reason) {
  if (stopping_ || !roster_.all_answered() || !roster_.present().empty()) return;
  given_up_ = "no worker is left; the last one, worker " + std::to_string(worker) + ": " + reason;
}

void ManagerLoop::look_for_stop() {
  if (stopping_) return;
  if (auto over = oracle_.ended(hooks_.lasted())) return begin_stop(*std::move(over));
  if (const std::string reason = hooks_.stop_reason(); !reason.empty()) stop_on_request(reason);
}

void ManagerLoop::stop_on_request(const std::string& reason) {
  begin_stop({.reason = reason, .end = SweepEnd::stopped});
}

// No trial is to blame: those that are under way go on some other time, from where they were. Nobody is
// waited for, since what they would still say is not wanted.
void ManagerLoop::give_up(SearchOver end) {
  for (const int worker : roster_.present()) requeue_trials_of(worker, Cause::none, "");
  begin_stop(std::move(end));
}

void ManagerLoop::begin_stop(SearchOver end) {
  if (stopping_) return;
  stopping_ = true;
  stop_deadline_ = Clock::now() + stop_timeout;
  end_ = std::move(end);
  for (const int worker : roster_.present()) link_.send(worker, Stop{});
}

// Has every trial been saved? One that has not is given out again after a resume, from its last checkpoint.
bool ManagerLoop::stopped() const {
  return oracle_.running().empty() || Clock::now() >= stop_deadline_;
}

// Before all have answered, nobody knows whether it is one worker's trouble or everybody's.
void ManagerLoop::check_all_answered() {
  if (!roster_.all_answered() || cannot_train_.empty()) return;
  if (roster_.present().empty() && oracle_.running().empty() && given_up_.empty() && !ever_handed_out_)
    throw Error(cannot_train_.begin()->second);
  for (const auto& [worker, reason] : std::exchange(cannot_train_, {})) lose(worker, reason);
}

}  // namespace sibyl
