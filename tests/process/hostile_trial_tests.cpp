// Trials that throw, fork, write to what is not theirs, or are killed: they cost themselves alone.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <set>

#include "catch.hpp"
#include "process/training.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// Trains it, then another one, which must be as if nothing had happened.
Trained train_and_another(IsolatedTrainer& trainer, const std::string& what) {
  TestReporter reporter;
  Trained trained;
  trained.ended = trainer.train(to_do(what, 17), reporter);
  trained.pid = reporter.pid();
  TestReporter after;
  const TrialEnded ended = trainer.train(to_do("train", 18), after);
  CHECK(ended.ending == Ending::reached);
  CHECK(ended.trial == 18);
  REQUIRE(after.epochs.size() == 2);
  for (const EpochReported& each : after.epochs) CHECK(each.trial == 18);
  return trained;
}

/// Long enough for a slow machine, so that it is a killed trainer and no more that is waited for.
IsolationOptions with_a_short_moment() {
  IsolationOptions options = isolation();
  options.moment = 100ms;
  return options;
}

}  // namespace

TEST_CASE("whatever a trial throws is its own failure, and its process is kept") {
  struct Case {
    const char* what;
    Cause cause;
    const char* message;
  };
  IsolatedTrainer trainer(isolation(), go_on);
  std::set<pid_t> pids;
  for (const Case& each : {Case{"throw", Cause::exception, "a small problem"},
                           Case{"throw nothing", Cause::exception, "an exception without a text"},
                           Case{"throw a number", Cause::exception, "no std::exception"},
                           Case{"throw bad_alloc", Cause::out_of_memory, "std::bad_alloc"},
                           Case{"throw a page", Cause::exception, " ..."}}) {
    const Trained trained = train_and_another(trainer, each.what);
    CHECK(trained.ended.ending == Ending::failed);
    CHECK(trained.ended.cause == each.cause);
    CHECK_THAT(trained.ended.message, ContainsSubstring(each.message));
    CHECK(trained.ended.message.size() < 10'000);
    CHECK(trained.ended.trial == 17);
    pids.insert(trained.pid);
  }
  CHECK(pids.size() == 1);
}

TEST_CASE("a trial that forks and comes back twice is trained and told of once") {
  IsolatedTrainer trainer(isolation(), go_on);
  for (int i = 0; i < 20; ++i) {
    TestReporter reporter;
    const TrialEnded ended = trainer.train(to_do("fork and return", 17 + i), reporter);
    CHECK(ended.ending == Ending::reached);
    REQUIRE(reporter.epochs.size() == 2);
    for (const EpochReported& each : reporter.epochs) {
      CHECK(each.trial == 17 + i);
      CHECK(value_of(each.metrics, "pid") == value_of(reporter.epochs[0].metrics, "pid"));
    }
  }
}

TEST_CASE("a trial that closes all descriptors, or writes into them, fails alone and says why") {
  IsolatedTrainer trainer(isolation(), go_on);
  for (const char* what : {"close all", "close all and open others", "write garbage"}) {
    const Trained trained = train_and_another(trainer, what);
    CHECK(trained.ended.ending == Ending::failed);
    CHECK(trained.ended.cause == Cause::exception);
    CHECK_THAT(trained.ended.message, ContainsSubstring("closed or overwrote the connection"));
  }
}

TEST_CASE("what is not of this attempt of this trial is nobody's") {
  IsolatedTrainer trainer(isolation(), go_on);
  Suggestion suggestion = to_do("train", 5);
  suggestion.attempt = 3;
  TestReporter reporter;
  const TrialEnded ended = trainer.train(suggestion, reporter);
  CHECK(ended.trial == 5);
  CHECK(ended.attempt == 3);
  REQUIRE(reporter.epochs.size() == 2);
  for (const EpochReported& each : reporter.epochs) {
    CHECK(each.trial == 5);
    CHECK(each.attempt == 3);
  }
}

TEST_CASE("a SIGKILL that nobody explains interrupts a trial, once this process was seen to live on") {
  IsolatedTrainer trainer(with_a_short_moment(), go_on);
  const auto began = std::chrono::steady_clock::now();
  const Trained trained = train_and_another(trainer, "be killed");
  CHECK(std::chrono::steady_clock::now() - began >= 100ms);
  CHECK(trained.ended.ending == Ending::interrupted);
  CHECK(trained.ended.cause == Cause::signal);
  CHECK(trained.ended.detail == "SIGKILL");
  CHECK_THAT(trained.ended.message, ContainsSubstring("killed by SIGKILL"));
}

TEST_CASE("who is told to stop while it waits for its own SIGKILL stops, and blames nobody") {
  IsolationOptions options = isolation();
  options.moment = 60s;
  IsolatedTrainer trainer(options, go_on);
  for (const Order order : {Order::cancel, Order::interrupt}) {
    TestReporter reporter;
    std::chrono::steady_clock::time_point dead{};
    reporter.orders = [&] {
      const bool gone = reporter.pid() > 0 && kill(reporter.pid(), 0) != 0;
      const auto now = std::chrono::steady_clock::now();
      if (gone && dead == std::chrono::steady_clock::time_point{}) dead = now;
      return gone && now - dead > 50ms ? order : Order::go_on;
    };
    const TrialEnded ended = trainer.train(to_do("be killed"), reporter);
    CHECK(ended.ending == (order == Order::cancel ? Ending::cancelled : Ending::interrupted));
    CHECK(ended.cause == Cause::none);
  }
}
