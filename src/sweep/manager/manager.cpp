#include "sweep/manager/manager.hpp"

#include <cmath>
#include <utility>

#include "sweep/link/backoff.hpp"
#include "sweep/manager/manager_loop.hpp"

namespace sibyl {

namespace {

constexpr int max_messages_a_round = 1000;
constexpr std::chrono::milliseconds tick_interval{50};
constexpr std::chrono::seconds manager_heartbeat_interval{2};
/// A choice that is made so soon is handed out in the same round, and committed with its others.
constexpr std::chrono::milliseconds quick_choice{5};
/// A round of many such choices is over after that, for the sake of what comes in.
constexpr std::chrono::milliseconds max_handing_out{50};

}  // namespace

ManagerLoop::ManagerLoop(Link& link, const std::vector<int>& workers, Oracle& oracle,
                         const ManagerHooks& hooks, const ManagerOptions& options)
    : link_(link),
      workers_(workers),
      oracle_(oracle),
      hooks_(hooks),
      options_(options),
      roster_(workers, Clock::now()),
      hang_limit_(options.trial_timeout),
      outbox_(link),
      own_chooser_(oracle),
      chooser_(options.chooser ? *options.chooser : own_chooser_) {
  if (options.heartbeats)
    for (const int worker : workers) roster_.beats(worker);
}

SearchOver ManagerLoop::run() {
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
      next_heartbeat_ = round + manager_heartbeat_interval;
      for (const int worker : workers_)
        if (roster_.state(worker) != Roster::State::lost) link_.send(worker, Heartbeat{});
      tell_hang_limit();
    }
    if (received > 0 || std::exchange(began_to_choose_, false))
      backoff.reset();
    else
      backoff.wait();
  }
}

int ManagerLoop::receive() {
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
    else if (auto* leaving = std::get_if<Leaving>(&arrived->second))
      handle(worker, *leaving);
  }
  return received;
}

void ManagerLoop::handle(int worker, WorkerJoined& joined) {
  if (const std::string reason = hooks_.refusal(joined); !reason.empty()) {
    retire_worker(worker, reason);
    return;
  }
  joined.time = hooks_.now();
  learn(joined);
  roster_.joined(joined);
  if (const double limit = hang_limit_.seconds(); std::isfinite(limit)) link_.send(worker, StepLimit{limit});
  check_all_answered();
}

void ManagerLoop::handle(int worker, HyperparametersFound& found) {
  outbox_.acknowledge_one(worker);
  if (!oracle_.is_news(found)) return;
  const std::string problem = oracle_.contradiction(found);
  if (problem.empty()) return learn(found);
  cancel(found.trial);
  learn(TrialEnded{hooks_.now(), found.trial, found.attempt, worker, Ending::failed, Cause::exception,
                   problem});
}

void ManagerLoop::handle(int worker, EpochReported& report) {
  outbox_.acknowledge_one(worker);
  hang_limit_.tell(report);
  if (!oracle_.is_news(report)) return;
  if (auto refusal = oracle_.refusal(report))
    give_up(std::move(*refusal));
  else
    learn(report);
}

void ManagerLoop::handle(int worker, TrialEnded& ended) {
  ended.time = hooks_.now();
  roster_.done(worker, {ended.trial, ended.attempt});
  if (!oracle_.is_news(ended)) return;
  learn(ended);
  if (const std::string blame = health_.tell(ended); !blame.empty())
    retire_worker(worker, "taken out of service: " + blame);
}

void ManagerLoop::handle(int worker, const Heartbeat& heartbeat) {
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

void ManagerLoop::learn(const Event& event) {
  hooks_.record(event);
  recorded_ = true;
  const Consequences consequences = oracle_.tell(event);
  hooks_.learned(event, consequences);
  for (const TrialId trial : consequences.cancelled) cancel(trial);
}

void ManagerLoop::cancel(TrialId id) {
  const Trial& trial = oracle_.trials()[id];
  link_.send(trial.worker, Cancel{id, trial.attempt});
}

bool ManagerLoop::hand_out() {
  if (!given_up_.empty()) {
    end_ = {.reason = given_up_, .end = SweepEnd::given_up};
    return true;
  }
  const auto began = Clock::now();
  while (const auto worker = roster_.next_free()) {
    if (Clock::now() - began > max_handing_out) break;
    Decision decision = decide();
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

// Nobody else begins a trial: what was chosen for the next one is still for the next one later.
Decision ManagerLoop::decide() {
  Outline outline = oracle_.outline();
  if (const auto* new_trial = std::get_if<Proposal>(&outline)) {
    const TrialId id = new_trial->slot.trial;
    if (!oracle_.takes_long(*new_trial)) return oracle_.suggest(*new_trial, oracle_.sample(id));
    const bool begins = !chooser_.at_work();
    if (begins) chooser_.begin(id);
    began_to_choose_ = began_to_choose_ || begins;
    if (auto sample = chooser_.take(begins ? quick_choice : std::chrono::milliseconds(0)))
      return oracle_.suggest(*new_trial, std::move(*sample));
    outline = oracle_.outline(true);
  }
  if (auto* suggestion = std::get_if<Suggestion>(&outline)) return std::move(*suggestion);
  if (auto* over = std::get_if<SearchOver>(&outline)) return std::move(*over);
  return std::get<Idle>(outline);
}

// When it has changed enough to matter.
void ManagerLoop::tell_hang_limit() {
  const double limit = hang_limit_.seconds();
  if (!std::isfinite(limit) || std::abs(limit - told_limit_) <= 0.1 * told_limit_) return;
  told_limit_ = limit;
  for (const int worker : roster_.present()) link_.send(worker, StepLimit{limit});
}

void ManagerLoop::commit() {
  if (recorded_) hooks_.commit();
  recorded_ = false;
  outbox_.send();
}

SearchOver manage(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks,
                  const ManagerOptions& options) {
  return ManagerLoop(link, workers, oracle, hooks, options).run();
}

}  // namespace sibyl
