#include "mpi/manager.hpp"

#include <chrono>
#include <map>
#include <set>

#include "core/error.hpp"
#include "mpi/backoff.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int most_messages_a_round = 1000;
constexpr std::chrono::milliseconds between_ticks{50};
/// For a worker's current step and its checkpoint, when the sweep is stopped.
constexpr std::chrono::seconds longest_stop{30};

class Manager {
 public:
  Manager(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks)
      : link_(link), awaited_(workers.begin(), workers.end()), oracle_(oracle), hooks_(hooks) {}

  Stopped run() {
    for (const int worker : awaited_) link_.send(worker, Begin{});
    Backoff backoff;
    while (true) {
      const int received = receive();
      look_for_stop();
      const bool over = stopping_ ? stopped() : hand_out();
      commit();
      if (over) return end_;
      if (Clock::now() >= next_tick_) {
        hooks_.tick();
        next_tick_ = Clock::now() + between_ticks;
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
    while (received < most_messages_a_round) {
      auto arrived = link_.receive();
      if (!arrived) break;
      ++received;
      const int worker = arrived->first;
      if (auto* event = std::get_if<Event>(&arrived->second))
        std::visit([&](auto& each) { handle(worker, each); }, *event);
      else if (const auto* unfit = std::get_if<Unfit>(&arrived->second))
        count_out(worker, unfit->reason);
      else if (std::holds_alternative<Leaving>(arrived->second))
        let_go(worker);
    }
    return received;
  }

  void handle(int worker, WorkerJoined& joined) {
    joined.time = hooks_.now();
    learn(joined);
    awaited_.erase(worker);
    fit_.insert(worker);
    free_.insert(worker);
    check_all_answered();
  }

  void handle(int worker, HyperparametersFound& found) {
    ++unacknowledged_[worker];
    if (oracle_.is_news(found)) learn(found);
  }

  void handle(int worker, EpochReported& report) {
    ++unacknowledged_[worker];
    if (oracle_.is_news(report)) learn(report);
  }

  void handle(int worker, TrialEnded& ended) {
    ended.time = hooks_.now();
    free_.insert(worker);
    if (oracle_.is_news(ended)) learn(ended);
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

  void count_out(int worker, const std::string& reason) {
    awaited_.erase(worker);
    fit_.erase(worker);
    free_.erase(worker);
    take_back(worker);
    unfit_.emplace(worker, reason);
    check_all_answered();
  }

  // A worker got a signal of its own. The others go on; without any other, the sweep stops.
  void let_go(int worker) {
    awaited_.erase(worker);
    fit_.erase(worker);
    free_.erase(worker);
    take_back(worker);
    if (awaited_.empty() && fit_.empty()) begin_stop("all workers were told to stop");
  }

  // What was sent to a worker that takes nothing more is for another.
  void take_back(int worker) {
    const auto running = oracle_.running();
    for (const TrialId id : running) {
      const Trial& trial = oracle_.trials()[id];
      if (trial.worker != worker) continue;
      TrialEnded ended;
      ended.time = hooks_.now();
      ended.trial = id;
      ended.attempt = trial.attempt;
      ended.worker = worker;
      ended.ending = Ending::interrupted;
      learn(ended);
    }
  }

  void look_for_stop() {
    if (stopping_) return;
    if (const std::string reason = hooks_.stop_reason(); !reason.empty()) begin_stop(reason);
  }

  void begin_stop(const std::string& reason) {
    if (stopping_) return;
    stopping_ = true;
    stop_deadline_ = Clock::now() + longest_stop;
    end_ = {.reason = reason, .on_request = true};
    for (const int worker : fit_) link_.send(worker, Stop{});
  }

  // Has every trial been saved? One that has not is given out again after a resume, from its last checkpoint.
  bool stopped() const { return oracle_.running().empty() || Clock::now() >= stop_deadline_; }

  // Before all have answered, nobody knows whether it is one worker's trouble or everybody's.
  void check_all_answered() {
    if (!awaited_.empty()) return;
    if (fit_.empty()) throw Error(unfit_.begin()->second);
    for (const auto& [worker, reason] : unfit_) hooks_.unfit(worker, reason);
    unfit_.clear();
  }

  // Gives work to whoever is free; is the search over?
  bool hand_out() {
    while (!free_.empty()) {
      Decision decision = oracle_.ask();
      if (auto* stopped = std::get_if<Stopped>(&decision)) {
        if (stopped->hopeless && !end_.hopeless)
          for (const TrialId trial : oracle_.running()) cancel(trial);
        end_ = std::move(*stopped);
        return oracle_.running().empty();
      }
      auto* suggestion = std::get_if<Suggestion>(&decision);
      if (!suggestion) return false;
      const int worker = *free_.begin();
      free_.erase(worker);
      learn(TrialStarted{hooks_.now(), worker, *suggestion});
      handed_out_.emplace_back(worker, std::move(*suggestion));
    }
    return false;
  }

  void commit() {
    if (recorded_) hooks_.commit();
    recorded_ = false;
    for (const auto& [worker, reports] : unacknowledged_) link_.send(worker, Acknowledged{reports});
    for (auto& [worker, suggestion] : handed_out_) link_.send(worker, std::move(suggestion));
    unacknowledged_.clear();
    handed_out_.clear();
  }

  Link& link_;
  std::set<int> awaited_;  ///< workers that have not answered yet
  Oracle& oracle_;
  const ManagerHooks& hooks_;

  std::set<int> fit_;
  std::map<int, std::string> unfit_;  ///< not spoken of yet
  std::set<int> free_;
  std::map<int, std::int64_t> unacknowledged_;
  std::vector<std::pair<int, Suggestion>> handed_out_;
  bool recorded_ = false;  ///< something since the last commit
  Clock::time_point next_tick_ = Clock::now();
  bool stopping_ = false;  ///< on request
  Clock::time_point stop_deadline_;
  Stopped end_;
};

}  // namespace

Stopped manage(Link& link, const std::vector<int>& workers, Oracle& oracle, const ManagerHooks& hooks) {
  return Manager(link, workers, oracle, hooks).run();
}

Dismissal::~Dismissal() {
  for (const int worker : workers_) link_.send(worker, Quit{});
}

}  // namespace sibyl
