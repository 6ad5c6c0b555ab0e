#include "process/test_trainer.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "process/channel.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

[[noreturn]] void hang() {
  while (true) std::this_thread::sleep_for(1h);
}

void segv() {
  std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would print, and exit
  std::raise(SIGSEGV);
}

void leak() {
  static std::vector<std::vector<char>> kept;
  kept.emplace_back(128 << 20, 'x');
}

void print_a_megabyte() {
  for (int i = 0; i < 10'000; ++i) std::printf("%06d %s\n", i, std::string(93, 'x').c_str());
}

class TestTrainer : public Trainer {
 public:
  explicit TestTrainer(const TrainerOptions& options) : options_(options) {}

  ~TestTrainer() override {
    if (stay_) hang();
  }
  WorkerJoined describe() const override {
    WorkerJoined joined;
    joined.device = options_.device;
    joined.threads = options_.threads;
    joined.warning = "a warning";
    return joined;
  }
  std::string broken() const override { return broken_; }

  TrialEnded train(const Suggestion& suggestion, Reporter& reporter) override {
    const std::string& what = std::get<std::string>(suggestion.hyperparameters.at("do"));
    TrialEnded ended;
    ended.message = "the end of trial " + std::to_string(suggestion.slot.trial);
    if (what == "find") reporter.found({.hyperparameters = {{"more", IntRange{1, 9}, 2, {}}}, .values = {}});
    for (int epoch = suggestion.slot.first_epoch + 1; epoch <= suggestion.slot.last_epoch; ++epoch) {
      if (follows(reporter.order(), ended)) return ended;
      EpochReported report;
      report.epoch = epoch;
      report.metrics = {{"loss", 1.0 / epoch}, {"pid", static_cast<double>(getpid())}};
      reporter.epoch(std::move(report));
      if (epoch == 1 && go_wrong(what, reporter, ended)) return ended;
    }
    return ended;
  }

 private:
  static bool follows(Order order, TrialEnded& ended) {
    if (order == Order::go_on) return false;
    ended.ending = order == Order::cancel ? Ending::cancelled : Ending::interrupted;
    return true;
  }

  /// Is that the trial's end?
  bool go_wrong(const std::string& what, Reporter& reporter, TrialEnded& ended) {
    if (what == "be unable") throw WorkerCannotTrain("the trainer can't go on");
    if (what == "be unable without a reason") throw WorkerCannotTrain("");
    if (what == "be unable and stay") {
      stay_ = true;
      throw WorkerCannotTrain("the trainer can't go on");
    }
    if (what == "throw") throw std::runtime_error("a small problem");
    if (what == "throw nothing") throw std::runtime_error("");
    if (what == "throw a number") throw 42;
    if (what == "throw a page") throw std::runtime_error(std::string(1 << 20, 'x'));
    if (what == "throw bad_alloc") throw std::bad_alloc();
    if (what == "fork and return") fork();
    if (what == "close all" || what == "close all and open others")
      for (int descriptor = 3; descriptor < 1024; ++descriptor) close(descriptor);
    if (what == "close all and open others")
      for (int i = 0; i < 3; ++i) socket_pairs_.push_back(make_socket_pair());
    if (what == "write garbage") {
      const std::string garbage(3000, '\xa5');
      for (int descriptor = 3; descriptor < 40; ++descriptor)
        static_cast<void>(!write(descriptor, garbage.data(), garbage.size()));
    }
    if (what == "flood")
      for (const std::string text = std::string(1 << 20, '\n').replace(0, 1000000, std::string(1000000, 'x'));
           !follows(reporter.order(), ended);)
        static_cast<void>(!write(1, text.data(), text.size()));
    if (what == "print and fail") {
      std::puts("why it failed");
      ended.ending = Ending::failed;
      return true;
    }
    if (what == "segv") segv();
    if (what == "abort") {
      std::puts("a line before");
      std::fputs("the last words", stderr);
      std::abort();
    }
    if (what == "exit") std::_Exit(3);
    if (what == "be killed") std::raise(SIGKILL);
    if (what == "hang") hang();
    if (what == "leak") leak();
    if (what == "print") print_a_megabyte();
    if (what == "be signalled")
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGQUIT, SIGPIPE}) std::raise(signal);
    if (what == "be deaf")
      while (true) {
        reporter.order();
        std::this_thread::sleep_for(1ms);
      }
    if (what == "make steps for 2 s" || what == "make steps") {
      const auto until = std::chrono::steady_clock::now() + (what == "make steps" ? 100s : 2s);
      while (std::chrono::steady_clock::now() < until) {
        if (follows(reporter.order(), ended)) return true;
        std::this_thread::sleep_for(1ms);
      }
    }
    if (what == "fail") {
      ended.ending = Ending::failed;
      ended.cause = Cause::diverged;
      return true;
    }
    if (what == "break") {
      broken_ = "the device is gone";
      ended.ending = Ending::failed;
      ended.cause = Cause::device_lost;
      return true;
    }
    return false;
  }

  bool stay_ = false;
  std::vector<std::pair<int, int>> socket_pairs_;
  TrainerOptions options_;
  std::string broken_;
};

}  // namespace

std::unique_ptr<Trainer> make_test_trainer(const TrainerOptions& options) {
  std::puts("at the start");
  if (options.device == "throws" || (!options.data.empty() && std::filesystem::exists(options.data)))
    throw Error("no device here");
  if (options.device == "dies") segv();
  if (options.device == "hangs") hang();
  return std::make_unique<TestTrainer>(options);
}

Suggestion to_do(const std::string& what, TrialId trial) {
  Suggestion suggestion;
  suggestion.slot.trial = trial;
  suggestion.slot.last_epoch = 2;
  suggestion.hyperparameters = {{"do", what}};
  return suggestion;
}
