#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "sweep/sweeping.hpp"

namespace sibyl {

/// Waits for something; did it come in time?
template <class Condition>
bool until(Condition condition, std::chrono::milliseconds longest = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// One end of a link, in the test's own hands: plays a worker towards the manager, or the manager towards a
/// worker.
class HandMade {
 public:
  HandMade(Link& link, int other) : link_(link), other_(other) {}

  void send(const Message& message) { link_.send(other_, message); }
  /// The next message of this kind; those before it are dropped. None when it does not come in time.
  template <class Kind>
  std::optional<Kind> await(std::chrono::milliseconds longest = std::chrono::seconds(10)) {
    std::optional<Kind> found;
    until(
        [&] {
          auto arrived = link_.receive();
          if (!arrived) return false;
          if (auto* it = find<Kind>(arrived->second)) found = std::move(*it);
          return found.has_value();
        },
        longest);
    return found;
  }

 private:
  template <class Kind>
  static Kind* find(Message& message) {
    if constexpr (std::is_constructible_v<Event, Kind> && !std::is_same_v<Kind, Event>) {
      auto* event = std::get_if<Event>(&message);
      return event ? std::get_if<Kind>(event) : nullptr;
    } else {
      return std::get_if<Kind>(&message);
    }
  }

  Link& link_;
  int other_;
};

/// A worker in the test's own hands.
class HandMadeWorker : public HandMade {
 public:
  HandMadeWorker(Loopback& loopback, int rank) : HandMade(loopback.rank(rank), 0), rank_(rank) {}

  void join() {
    WorkerJoined joined;
    joined.worker = rank_;
    joined.host = "host of " + std::to_string(rank_);
    send(Event(joined));
  }
  void beat() { send(Heartbeat{}); }
  void beat(const Suggestion& at) { send(Heartbeat{at.slot.trial, at.attempt}); }
  void report(const Suggestion& of, int epoch, double value = 1, double seconds = 0) {
    EpochReported report;
    report.trial = of.slot.trial;
    report.attempt = of.attempt;
    report.epoch = epoch;
    report.seconds = seconds;
    report.worker = rank_;
    report.metrics = {{"loss", value}};
    send(Event(report));
  }
  void end(const Suggestion& what, Ending ending = Ending::reached) {
    TrialEnded ended;
    ended.trial = what.slot.trial;
    ended.attempt = what.attempt;
    ended.worker = rank_;
    ended.ending = ending;
    send(Event(ended));
  }
  /// Trains all of it.
  void train(const Suggestion& suggestion) {
    for (int epoch = suggestion.slot.first_epoch + 1; epoch <= suggestion.slot.last_epoch; ++epoch)
      report(suggestion, epoch);
    end(suggestion);
  }

 private:
  int rank_;
};

/// A manager in a thread of its own, which writes down what it learns.
class Managed {
 public:
  Managed(Loopback& loopback, std::vector<int> workers, Oracle& oracle, ManagerOptions options = {},
          ManagerHooks hooks = plain_hooks())
      : workers_(std::move(workers)), options_(options), hooks_(std::move(hooks)) {
    hooks_.learned = [this](const Event& event, const Consequences&) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
    hooks_.lost_a_rank = [this] { ++lost_ranks_; };
    hooks_.stop_reason = [this] { return std::string(given_up_ ? "the test has failed" : ""); };
    end_ = std::async(std::launch::async, [this, &loopback, &oracle] {
      return manage(loopback.rank(0), workers_, oracle, hooks_, options_);
    });
  }
  ~Managed() { given_up_ = true; }

  void stop() { given_up_ = true; }
  SearchOver end() { return end_.get(); }
  int lost_ranks() const { return lost_ranks_; }
  /// Those of a kind that the oracle has learned so far.
  template <class Kind>
  std::vector<Kind> events() {
    const std::lock_guard lock(mutex_);
    std::vector<Kind> found;
    for (const Event& event : events_)
      if (const auto* one = std::get_if<Kind>(&event)) found.push_back(*one);
    return found;
  }

 private:
  std::vector<int> workers_;
  ManagerOptions options_;
  ManagerHooks hooks_;
  std::mutex mutex_;
  std::vector<Event> events_;
  std::atomic<int> lost_ranks_ = 0;
  std::atomic<bool> given_up_ = false;
  std::future<SearchOver> end_;  // the last: its end waits for the manager's
};

}  // namespace sibyl
