#include "sweep/worker/worker.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <limits>
#include <set>

#include "base/launcher.hpp"
#include "sweep/link/backoff.hpp"

namespace sibyl {

namespace {

constexpr int manager = 0;
/// Reports that may be under way before the worker waits for the journal.
constexpr std::int64_t max_unacknowledged = 64;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds worker_heartbeat_interval{1};
/// The manager may wait for a slow disk; a worker that waits for a dead one holds its GPU.
constexpr std::chrono::seconds silence_timeout{120};
constexpr std::chrono::seconds long_pause{10};

// What a job says of time may be any number, and goes into the record.
double time_or_none(double seconds) {
  constexpr double longest = 1e11;
  return seconds >= 0 && seconds <= longest ? seconds : 0;
}

class Worker : public Reporter {
 public:
  Worker(Link& link, const WorkerOptions& options) : link_(link), options_(options) {}

  WorkerEnd run() {
    while (!begun_ && !quit_) wait();
    if (quit_) return end_;
    const auto trainer = join();
    while (!quit_) {
      if (options_.told_to_stop()) leave({});
      if (suggestions_.empty()) {
        wait();
        continue;
      }
      current_ = std::move(suggestions_.front());
      suggestions_.pop_front();
      training_ = true;
      const auto began = Clock::now();
      try {
        TrialEnded ended = train_trial(*trainer, current_, *this);
        if (ended.seconds == 0) ended.seconds = std::chrono::duration<double>(Clock::now() - began).count();
        end(std::move(ended));
      } catch (const WorkerCannotTrain& problem) {
        training_ = false;
        // The trial is taken back with it: two messages could be parted by the sweep's end.
        resign(problem.what());
      }
    }
    return end_;
  }

  void found(HyperparametersFound found) override {
    found.trial = current_.slot.trial;
    found.attempt = current_.attempt;
    send(std::move(found));
  }

  void epoch(EpochReported report) override {
    report.trial = current_.slot.trial;
    report.attempt = current_.attempt;
    report.worker = options_.rank;
    report.started = time_or_none(report.started);
    report.seconds = time_or_none(report.seconds);
    send(std::move(report));
  }

  Order order() override {
    look();
    if (cancelled_.contains({current_.slot.trial, current_.attempt})) return Order::cancel;
    return stop_ || quit_ || options_.told_to_stop() ? Order::interrupt : Order::go_on;
  }

  double step_limit() const override { return step_limit_; }

 private:
  // Null, and quitting, when this worker can't train.
  std::unique_ptr<Trainer> join() {
    const auto go_on = [this] {
      look();
      return !quit_;
    };
    try {
      options_.check_in(begin_, go_on);
      auto trainer = options_.make_trainer(go_on);
      WorkerJoined joined = trainer->describe();
      joined.worker = options_.rank;
      joined.host = host_name();
      joined.pid = getpid();
      link_.send(manager, Event(std::move(joined)));
      return trainer;
    } catch (const std::exception& problem) {
      resign(problem.what());
      return nullptr;
    }
  }

  void end(TrialEnded ended) {
    ended.trial = current_.slot.trial;  // also of one that the trainer did not live to fill in
    ended.attempt = current_.attempt;
    ended.worker = options_.rank;
    ended.seconds = time_or_none(ended.seconds);
    training_ = false;
    if (options_.told_to_stop()) return leave({std::move(ended)});
    link_.send(manager, Event(std::move(ended)));
  }

  // This worker can't go on. The rank stays until all are told to quit: MPI ends for all ranks together.
  void resign(const std::string& reason) {
    link_.send(manager, CannotTrain{reason});
    while (!quit_) wait();
  }

  // Without being asked to by the manager.
  void leave(std::vector<TrialEnded> last) {
    link_.send(manager, Leaving{std::move(last)});
    while (!quit_) wait();
  }

  void send(Event event) {
    while (unacknowledged_ >= max_unacknowledged && !quit_) wait();
    link_.send(manager, std::move(event));
    ++unacknowledged_;
  }

  // Takes in what has arrived, and lets the manager know of this worker; was there anything?
  bool look() {
    bool any = false;
    const auto now = Clock::now();
    // This process did not listen (it was suspended, say): the manager is not to blame for that silence.
    if (now - std::exchange(last_look_, now) > long_pause) last_heard_ = now;
    while (auto arrived = link_.receive()) {
      any = true;
      last_heard_ = now;
      Message& message = arrived->second;
      if (auto* suggestion = std::get_if<Suggestion>(&message))
        suggestions_.push_back(std::move(*suggestion));
      if (auto* begin = std::get_if<Begin>(&message)) {
        begun_ = true;
        begin_ = std::move(*begin);
      }
      if (std::holds_alternative<Heartbeat>(message)) manager_beats_ = true;
      if (const auto* limit = std::get_if<StepLimit>(&message)) step_limit_ = limit->seconds;
      if (const auto* quit = std::get_if<Quit>(&message)) {
        quit_ = true;
        if (quit->at_once) end_ = WorkerEnd::at_once;
      }
      if (std::holds_alternative<Stop>(message)) stop_ = true;
      if (const auto* acknowledged = std::get_if<Acknowledged>(&message))
        unacknowledged_ -= acknowledged->reports;
      // One for a trial that has ended in the meantime is late, and harmless.
      if (const auto* cancel = std::get_if<Cancel>(&message))
        cancelled_.emplace(cancel->trial, cancel->attempt);
    }
    if (options_.heartbeats && begun_ && now >= next_heartbeat_) beat(now);
    return any;
  }

  void beat(Clock::time_point now) {
    next_heartbeat_ = now + worker_heartbeat_interval;
    link_.send(manager, training_ ? Heartbeat{current_.slot.trial, current_.attempt} : Heartbeat{});
    if (!manager_beats_ || quit_ || now - last_heard_ < silence_timeout) return;
    std::fprintf(stderr, "worker %d: rank 0 has not been heard of for two minutes; it is given up for dead\n",
                 options_.rank);
    quit_ = true;
    end_ = WorkerEnd::at_once;
  }

  void wait() {
    if (look())
      backoff_.reset();
    else
      backoff_.wait();
  }

  Link& link_;
  const WorkerOptions& options_;
  Begin begin_;
  Suggestion current_;
  std::deque<Suggestion> suggestions_;
  std::set<std::pair<TrialId, int>> cancelled_;  ///< perhaps before their turn came
  Backoff backoff_;
  std::int64_t unacknowledged_ = 0;
  double step_limit_ = std::numeric_limits<double>::infinity();
  Clock::time_point last_heard_ = Clock::now();
  Clock::time_point last_look_ = Clock::now();
  Clock::time_point next_heartbeat_ = Clock::now();
  WorkerEnd end_ = WorkerEnd::quit;
  bool manager_beats_ = false;
  bool training_ = false;
  bool begun_ = false;
  bool stop_ = false;
  bool quit_ = false;
};

}  // namespace

WorkerEnd run_worker(Link& link, const WorkerOptions& options) {
  return Worker(link, options).run();
}

}  // namespace sibyl
