#pragma once

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "process/isolated_trainer.hpp"
#include "process/test_trainer.hpp"

/// Keeps what is reported.
class TestReporter : public sibyl::Reporter {
 public:
  using Order = sibyl::Order;

  void found(sibyl::HyperparametersFound found) override { finds.push_back(std::move(found)); }
  void epoch(sibyl::EpochReported report) override { epochs.push_back(std::move(report)); }
  Order order() override { return orders(); }
  double step_limit() const override { return longest; }

  /// Of the process that trained.
  pid_t pid() const {
    return epochs.empty() ? -1 : static_cast<pid_t>(sibyl::value_of(epochs.back().metrics, "pid"));
  }

  std::vector<sibyl::HyperparametersFound> finds;
  std::vector<sibyl::EpochReported> epochs;
  std::function<Order()> orders = [] { return Order::go_on; };
  double longest = std::numeric_limits<double>::infinity();
};

/// A trial, from its suggestion to its end.
struct Trained {
  sibyl::TrialEnded ended;
  pid_t pid = -1;
};

inline Trained train(sibyl::Trainer& trainer, const std::string& what, TestReporter reporter = {}) {
  Trained trained;
  trained.ended = trainer.train(to_do(what, 17), reporter);
  trained.pid = reporter.pid();
  return trained;
}

inline sibyl::IsolationOptions isolation(const std::string& device = "cpu") {
  sibyl::IsolationOptions options;
  options.job = "a-job";
  options.worker = 3;
  options.trainer.device = device;
  return options;
}

inline const auto go_on = [] { return true; };

/// Has this process no child left, not even a dead one?
inline bool no_child_is_left() {
  return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

/// What is sent to descriptor 2 while this lives.
class CapturedErrors {
 public:
  CapturedErrors();
  ~CapturedErrors();
  CapturedErrors(const CapturedErrors&) = delete;
  CapturedErrors& operator=(const CapturedErrors&) = delete;
  std::string text() const;

 private:
  int file_;
  int original_;
};
