#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "core/oracle/oracle.hpp"

namespace sibyl {

/// Chooses the values of one new trial at a time, in a thread of its own: to fit a model or to ask a job may
/// take long, and the manager goes on meanwhile (see Oracle::sample for what it may do).
class ValueChooser {
 public:
  /// `hurry`: called when a choice is not wanted any more; should make it end soon. The oracle outlives this.
  explicit ValueChooser(
      const Oracle& oracle, std::function<void()> hurry = [] {})
      : oracle_(oracle), hurry_(std::move(hurry)) {}
  /// Waits for the choice that is under way.
  ~ValueChooser();
  ValueChooser(const ValueChooser&) = delete;
  ValueChooser& operator=(const ValueChooser&) = delete;

  /// Is a choice under way, or made and not taken yet?
  bool at_work() const { return choice_.valid(); }
  /// Begins to choose; only when not at work.
  void begin(TrialId trial);
  /// The choice, if it is made within that time. Throws what choosing threw.
  std::optional<Sample> take(std::chrono::milliseconds longest);
  /// The choice is not wanted any more. Is it over within that time?
  bool give_up(std::chrono::milliseconds longest);

 private:
  void work(const std::stop_token& stop);

  const Oracle& oracle_;
  std::function<void()> hurry_;
  std::future<Sample> choice_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<std::packaged_task<Sample()>> task_;  ///< that the thread has not begun
  std::jthread thread_;                               ///< since the first choice: jobs' processes die with it
};

}  // namespace sibyl
