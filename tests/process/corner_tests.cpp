#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

#include "catch.hpp"
#include "process/output_tail.hpp"
#include "process/trainer_main.hpp"
#include "process/training.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

TEST_CASE("a killed starting process leaves nothing, and waiting for it takes no CPU time") {
  const auto began = std::chrono::steady_clock::now();
  const auto for_a_moment = [&] { return std::chrono::steady_clock::now() - began < 100ms; };
  const auto cpu = std::clock();
  CHECK_THROWS_WITH(IsolatedTrainer(isolation("hangs"), for_a_moment), ContainsSubstring("told to stop"));
  CHECK(no_child_is_left());
  CHECK(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC < 0.5);
  while (waitpid(-1, nullptr, 0) > 0) {
  }
}

TEST_CASE("what a failed trial printed is kept though it did not die") {
  IsolatedTrainer trainer(isolation(), go_on);
  int kept = 0;
  TestReporter slow;
  for (int i = 0; i < 50; ++i) {
    struct Slow : TestReporter {
      void epoch(EpochReported) override { std::this_thread::sleep_for(5ms); }
    } reporter;
    kept += trainer.train(to_do("print and fail"), reporter).output == "why it failed";
  }
  CHECK(kept == 50);
}

TEST_CASE("a trial that floods the output does not keep its worker from its duties") {
  const CapturedErrors captured;
  IsolatedTrainer trainer(isolation(), go_on);
  TestReporter reporter;
  auto last = std::chrono::steady_clock::now();
  double longest = 0;
  int looks = 0;
  const auto began = last;
  reporter.orders = [&] {
    const auto now = std::chrono::steady_clock::now();
    longest = std::max(longest, std::chrono::duration<double>(now - std::exchange(last, now)).count());
    ++looks;
    return now - began > 3s ? Order::cancel : Order::go_on;
  };
  trainer.train(to_do("flood"), reporter);
  CHECK(longest < 1);
  CHECK(looks > 5);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep memory of their own
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CHECK(usage.ru_maxrss < 100000);
#endif
}

TEST_CASE("time that the worker spends on a report is no silence of the trainer") {
  IsolatedTrainer trainer(isolation(), go_on);
  struct Slow : TestReporter {
    void epoch(EpochReported) override { std::this_thread::sleep_for(800ms); }
  } reporter;
  reporter.longest = 0.5;
  Suggestion s = to_do("make steps for 2 s");
  CHECK(trainer.train(s, reporter).cause == Cause::none);
}

TEST_CASE("a channel with part of a message waits for the rest") {
  auto [a, b] = make_socket_pair();
  Channel channel(a);
  const Bytes part(7, std::byte{1});
  CHECK(write(b, part.data(), part.size()) == 7);
  CHECK_FALSE(channel.receive());
  std::jthread closer([b = b] {
    std::this_thread::sleep_for(200ms);
    close(b);
  });
  const auto began = std::chrono::steady_clock::now();
  channel.wait();
  CHECK(std::chrono::steady_clock::now() - began > 100ms);
}

TEST_CASE("who ignores the death of children learns of it all the same") {
  std::signal(SIGCHLD, SIG_IGN);
  IsolatedTrainer trainer(isolation(), go_on);
  TestReporter reporter;
  const auto began = std::chrono::steady_clock::now();
  reporter.orders = [&] {
    if (std::chrono::steady_clock::now() - began > 5s) throw Error("waited in vain");
    return Order::go_on;
  };
  CHECK_NOTHROW(trainer.train(to_do("segv"), reporter));
  std::signal(SIGCHLD, SIG_DFL);
}

TEST_CASE("an unfinished line is not of the next trial") {
  Printed printed;
  printed.begin("[a] ");
  printed.add("part");
  printed.finish();
  printed.finish();
  printed.begin("[b] ");
  CHECK(printed.last_lines().empty());
}

TEST_CASE("a trainer that cannot train and gives no reason is lost here too") {
  IsolatedTrainer trainer(isolation(), go_on);
  CHECK_THROWS_AS(train(trainer, "be unable without a reason"), WorkerCannotTrain);
}
