// Trials in a process of their own: what they report, how they end, and what they are told.
#include "process/isolated_trainer.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "process/training.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// Told so once the trial has reported.
TestReporter told(Order order) {
  TestReporter reporter;
  reporter.orders = [looks = 0, order]() mutable { return ++looks > 10 ? order : Order::go_on; };
  return reporter;
}

}  // namespace

TEST_CASE("a process of its own gives the same reports as training in this one") {
  IsolatedTrainer isolated(isolation(), go_on);
  const auto own = make_test_trainer(isolation().trainer);
  const WorkerJoined there = isolated.describe(), here = own->describe();
  CHECK(there.device == here.device);
  CHECK(there.threads == here.threads);
  CHECK(there.warning == here.warning);

  for (const std::string what : {"train", "find", "fail"}) {
    Suggestion suggestion = to_do(what, 5);
    suggestion.slot.first_epoch = 0;
    suggestion.slot.last_epoch = 30;
    TestReporter in_isolation, in_here;
    const TrialEnded one = isolated.train(suggestion, in_isolation), other = own->train(suggestion, in_here);
    CHECK(one.ending == other.ending);
    CHECK(one.cause == other.cause);
    CHECK(one.message == other.message);
    CHECK(one.seconds > 0);
    REQUIRE(in_isolation.epochs.size() == in_here.epochs.size());
    for (std::size_t i = 0; i < in_here.epochs.size(); ++i) {
      CHECK(in_isolation.epochs[i].epoch == in_here.epochs[i].epoch);
      CHECK(in_isolation.epochs[i].metrics[0] == in_here.epochs[i].metrics[0]);
    }
    REQUIRE(in_isolation.finds.size() == in_here.finds.size());
    if (what == "find") CHECK(in_isolation.finds[0].hyperparameters == in_here.finds[0].hyperparameters);
    CHECK(in_isolation.pid() != getpid());
    CHECK(in_here.pid() == getpid());
  }
}

TEST_CASE("a trial that takes its process down fails alone, and how it did is told") {
  struct Case {
    const char* what;
    Cause cause;
    const char* detail;
  };
  IsolatedTrainer trainer(isolation(), go_on);
  pid_t last = -1;
  for (const Case& each : {Case{"segv", Cause::signal, "SIGSEGV"}, Case{"abort", Cause::signal, "SIGABRT"},
                           Case{"exit", Cause::exit_code, "3"}}) {
    const Trained trained = train(trainer, each.what);
    CHECK(trained.ended.ending == Ending::failed);
    CHECK(trained.ended.cause == each.cause);
    CHECK(trained.ended.detail == each.detail);
    CHECK_THAT(trained.ended.message, ContainsSubstring("the trainer's process"));
    CHECK(trained.ended.seconds > 0);
    CHECK(trained.pid > 0);  // its first epoch was reported
    CHECK(trained.pid != last);
    last = trained.pid;
  }
  const Trained after = train(trainer, "train");
  CHECK(after.ended.ending == Ending::reached);
  CHECK(after.pid != last);
}

TEST_CASE("the last words of a process that died are kept, and no others") {
  IsolatedTrainer trainer(isolation(), go_on);
  train(trainer, "print");
  const TrialEnded ended = train(trainer, "abort").ended;
  CHECK(ended.output == "a line before\nthe last words");
  CHECK(train(trainer, "segv").ended.output.empty());
  CHECK(train(trainer, "train").ended.output.empty());
}

TEST_CASE("whatever a trial prints is passed on, labelled, and blocks nobody") {
  const CapturedErrors captured;
  {
    IsolatedTrainer trainer(isolation(), go_on);
    CHECK(train(trainer, "print").ended.ending == Ending::reached);
    CHECK(train(trainer, "train").ended.ending == Ending::reached);
  }
  std::istringstream text(captured.text());
  std::string line;
  REQUIRE(std::getline(text, line));
  CHECK(line == "[worker 3] at the start");
  for (int i = 0; i < 10'000; ++i) {
    std::getline(text, line);
    const std::string number = std::to_string(i);
    const std::string expected =
        "[worker 3, trial 17] " + std::string(6 - number.size(), '0') + number + " xxx";
    if (!line.starts_with(expected)) FAIL("not line " << i << ": " << line);
  }
  CHECK_FALSE(std::getline(text, line));
}

TEST_CASE("a trial that fails by itself keeps its process") {
  IsolatedTrainer trainer(isolation(), go_on);
  const Trained failed = train(trainer, "fail");
  CHECK(failed.ended.ending == Ending::failed);
  CHECK(failed.ended.cause == Cause::diverged);
  CHECK(failed.ended.message == "the end of trial 17");
  CHECK(train(trainer, "train").pid == failed.pid);
}

TEST_CASE("a trial that makes no step is ended, and its process with it") {
  IsolatedTrainer trainer(isolation(), go_on);
  TestReporter reporter;
  reporter.longest = 0.5;
  const auto began = std::chrono::steady_clock::now();
  const Trained hung = train(trainer, "hang", reporter);
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK(hung.ended.ending == Ending::failed);
  CHECK(hung.ended.cause == Cause::hang);
  CHECK(hung.ended.detail.empty());
  CHECK_THAT(hung.ended.message, ContainsSubstring("no step within 0.5 s (see --trial-timeout)"));
  const Trained after = train(trainer, "train");
  CHECK(after.ended.ending == Ending::reached);
  CHECK(after.pid != hung.pid);
}

TEST_CASE("a long epoch whose steps go on does not hang") {
  IsolatedTrainer trainer(isolation(), go_on);
  TestReporter reporter;
  reporter.longest = 1;
  CHECK(train(trainer, "make steps for 2 s", reporter).ended.ending == Ending::reached);
}

TEST_CASE("what a trial is told is passed on and followed, and its process is kept") {
  IsolatedTrainer trainer(isolation(), go_on);
  const Trained before = train(trainer, "train");
  const Trained cancelled = train(trainer, "make steps", told(Order::cancel));
  CHECK(cancelled.ended.ending == Ending::cancelled);
  const Trained interrupted = train(trainer, "make steps", told(Order::interrupt));
  CHECK(interrupted.ended.ending == Ending::interrupted);
  const Trained after = train(trainer, "train");  // what the others were told does not stick
  CHECK(after.ended.ending == Ending::reached);
  for (const Trained& each : {cancelled, interrupted, after}) CHECK(each.pid == before.pid);
}

TEST_CASE("a trial that does not follow and is killed ends as it was told to") {
  IsolatedTrainer trainer(isolation(), go_on);
  for (const Order order : {Order::cancel, Order::interrupt}) {
    TestReporter reporter;
    int looks = 0;
    reporter.orders = [&] {
      if (++looks == 20) kill(reporter.pid(), SIGKILL);
      return looks > 10 ? order : Order::go_on;
    };
    const TrialEnded ended = trainer.train(to_do("be deaf"), reporter);
    CHECK(ended.ending == (order == Order::cancel ? Ending::cancelled : Ending::interrupted));
    CHECK(ended.cause == Cause::none);
  }
  CHECK(train(trainer, "train").ended.ending == Ending::reached);
}

TEST_CASE("a trial that broke its device ends as it says; the next one gets another process") {
  IsolatedTrainer trainer(isolation(), go_on);
  const Trained broken = train(trainer, "break");
  CHECK(broken.ended.ending == Ending::failed);
  CHECK(broken.ended.cause == Cause::device_lost);
  CHECK(broken.ended.message == "the end of trial 17");
  const Trained after = train(trainer, "train");
  CHECK(after.ended.ending == Ending::reached);
  CHECK(after.pid != broken.pid);
}

TEST_CASE("a trainer that cannot train says so here too; the trial is for another worker") {
  IsolatedTrainer trainer(isolation(), go_on);
  CHECK_THROWS_AS(train(trainer, "be unable"), WorkerCannotTrain);
  IsolatedTrainer another(isolation(), go_on);
  CHECK_THROWS_WITH(train(another, "be unable"), "the trainer can't go on");
}

TEST_CASE("signals that are sent to all processes leave the trainer alone") {
  IsolatedTrainer trainer(isolation(), go_on);
  CHECK(train(trainer, "be signalled").ended.ending == Ending::reached);
}

TEST_CASE("ps shows what a trainer process is") {
  IsolatedTrainer trainer(isolation(), go_on);
  const std::string folder = "/proc/" + std::to_string(train(trainer, "train").pid);
  std::string name, arguments;
  std::getline(std::ifstream(folder + "/comm"), name);
  std::getline(std::ifstream(folder + "/cmdline"), arguments);
  for (char& c : arguments)
    if (c == '\0') c = ' ';
  CHECK(name == "sibyl-trainer");
  CHECK(arguments == "a-job trainer of-worker 3 of-process " + std::to_string(getpid()) + " ");
}
