#include "mpi/worker.hpp"

#include <unistd.h>

#include <deque>

#include "mpi/backoff.hpp"
#include "mpi/environment.hpp"

namespace sibyl {

namespace {

constexpr int manager = 0;
/// Reports that may be under way before the worker waits for the journal.
constexpr std::int64_t most_unacknowledged = 64;

class Worker : public Reporter {
 public:
  Worker(Link& link, int rank, const std::function<bool()>& told_to_stop)
      : link_(link), rank_(rank), told_to_stop_(told_to_stop) {}

  void run(const std::function<std::unique_ptr<Trainer>()>& make_trainer) {
    while (!begun_ && !quit_) wait();
    if (quit_) return;
    const auto trainer = join(make_trainer);
    while (!quit_) {
      if (told_to_stop_()) leave();
      if (suggestions_.empty()) {
        wait();
        continue;
      }
      current_ = std::move(suggestions_.front());
      suggestions_.pop_front();
      cancelled_ = false;
      try {
        end(trainer->train(current_, *this));
      } catch (const std::exception& problem) {
        end({.ending = Ending::failed, .cause = Cause::exception, .message = problem.what()});
        resign(problem.what());
      }
    }
  }

  void found(HyperparametersFound found) override {
    found.trial = current_.slot.trial;
    found.attempt = current_.attempt;
    send(std::move(found));
  }

  void epoch(EpochReported report) override {
    report.trial = current_.slot.trial;
    report.attempt = current_.attempt;
    report.worker = rank_;
    send(std::move(report));
  }

  Order order() override {
    look();
    if (cancelled_) return Order::cancel;
    return stop_ || quit_ || told_to_stop_() ? Order::interrupt : Order::go_on;
  }

 private:
  // Null, and quitting, when this worker can't train.
  std::unique_ptr<Trainer> join(const std::function<std::unique_ptr<Trainer>()>& make_trainer) {
    try {
      auto trainer = make_trainer();
      WorkerJoined joined = trainer->describe();
      joined.worker = rank_;
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
    ended.trial = current_.slot.trial;
    ended.attempt = current_.attempt;
    ended.worker = rank_;
    link_.send(manager, Event(std::move(ended)));
  }

  // This worker can't go on. The rank stays until all are told to quit: MPI ends for all ranks together.
  void resign(const std::string& reason) {
    link_.send(manager, Unfit{reason});
    while (!quit_) wait();
  }

  // Without being asked to by the manager.
  void leave() {
    link_.send(manager, Leaving{});
    while (!quit_) wait();
  }

  void send(Event event) {
    while (unacknowledged_ >= most_unacknowledged && !quit_) wait();
    link_.send(manager, std::move(event));
    ++unacknowledged_;
  }

  // Takes in what has arrived; was there anything?
  bool look() {
    bool any = false;
    while (auto arrived = link_.receive()) {
      any = true;
      Message& message = arrived->second;
      if (auto* suggestion = std::get_if<Suggestion>(&message))
        suggestions_.push_back(std::move(*suggestion));
      if (std::holds_alternative<Begin>(message)) begun_ = true;
      if (std::holds_alternative<Quit>(message)) quit_ = true;
      if (std::holds_alternative<Stop>(message)) stop_ = true;
      if (const auto* acknowledged = std::get_if<Acknowledged>(&message))
        unacknowledged_ -= acknowledged->reports;
      // One for a trial that has ended in the meantime is late, and harmless.
      if (const auto* cancel = std::get_if<Cancel>(&message))
        cancelled_ =
            cancelled_ || (cancel->trial == current_.slot.trial && cancel->attempt == current_.attempt);
    }
    return any;
  }

  void wait() {
    if (look())
      backoff_.reset();
    else
      backoff_.wait();
  }

  Link& link_;
  int rank_;
  const std::function<bool()>& told_to_stop_;
  Suggestion current_;
  std::deque<Suggestion> suggestions_;
  Backoff backoff_;
  std::int64_t unacknowledged_ = 0;
  bool begun_ = false;
  bool cancelled_ = false;
  bool stop_ = false;
  bool quit_ = false;
};

}  // namespace

void run_worker(Link& link, int rank, const std::function<std::unique_ptr<Trainer>()>& make_trainer,
                const std::function<bool()>& told_to_stop) {
  Worker(link, rank, told_to_stop).run(make_trainer);
}

}  // namespace sibyl
