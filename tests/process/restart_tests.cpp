// The life of trainer processes: when they are replaced, what if they can't be, and that none is left.
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.hpp"
#include "process/trainer_main.hpp"
#include "process/training.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// A name for a file in the folder for such; what is there goes in the end.
struct TemporaryName {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("sibyl_process_" + std::to_string(getpid()));
  ~TemporaryName() { std::filesystem::remove(path); }
};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Kills it, and waits until it is dead (nobody has asked for how it ended yet).
void kill_and_wait(pid_t pid) {
  kill(pid, SIGKILL);
  siginfo_t info;
  REQUIRE(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

}  // namespace

TEST_CASE("a process is kept from trial to trial, and nothing is left of it in the end") {
  const std::size_t descriptors = open_descriptors();
  {
    IsolatedTrainer trainer(isolation(), go_on);
    const pid_t pid = train(trainer, "train").pid;
    CHECK(pid > 0);
    for (int i = 0; i < 20; ++i) CHECK(train(trainer, "train").pid == pid);
    CHECK_FALSE(no_child_is_left());
    train(trainer, "segv");
    CHECK(train(trainer, "train").pid != pid);
  }
  CHECK(no_child_is_left());
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("a process is replaced after so many trials") {
  IsolationOptions options = isolation();
  options.trials = 2;
  {
    IsolatedTrainer trainer(options, go_on);
    std::vector<pid_t> pids;
    for (int i = 0; i < 6; ++i) pids.push_back(train(trainer, "train").pid);
    for (const std::size_t i : {0, 2, 4}) CHECK(pids[i] == pids[i + 1]);
    for (const std::size_t i : {1, 3}) CHECK(pids[i] != pids[i + 1]);
  }
  CHECK(no_child_is_left());
}

TEST_CASE("a process that grows is replaced, one whose first trial takes much is not") {
  IsolationOptions options = isolation();
  options.memory_growth = 64 << 20;
  IsolatedTrainer trainer(options, go_on);
  const Trained first = train(trainer, "leak");
  const Trained second = train(trainer, "train");
  CHECK(second.pid == first.pid);
  CHECK(train(trainer, "leak").pid == first.pid);
  const Trained after = train(trainer, "train");
  CHECK(after.pid != first.pid);
  CHECK(after.ended.ending == Ending::reached);
}

TEST_CASE("a process that died between two trials costs none of them") {
  IsolatedTrainer trainer(isolation(), go_on);
  const pid_t pid = train(trainer, "train").pid;
  kill_and_wait(pid);
  const Trained after = train(trainer, "train");
  CHECK(after.ended.ending == Ending::reached);
  CHECK(after.pid != pid);
}

TEST_CASE("a trainer that can't train from the start says why") {
  CHECK_THROWS_WITH(IsolatedTrainer(isolation("throws"), go_on), "no device here");
  CHECK_THROWS_WITH(
      IsolatedTrainer(isolation("dies"), go_on),
      ContainsSubstring("SIGSEGV") && ContainsSubstring("before its first trial; it printed: at the start"));
  CHECK(no_child_is_left());
}

TEST_CASE("a signal that reaches a process while it starts does not end it") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) {
    TrainerProcess process(trainer_arguments("a-job", 3));
    kill(process.pid(), signal);  // it is still loading its libraries
    process.channel().send(isolation().trainer);
    std::optional<TrainerMessage> ready;
    while (!ready && !process.end()) {
      process.wait(10ms);
      ready = process.channel().receive();
    }
    CHECK(ready.has_value());
  }
}

TEST_CASE("whoever waits for a trainer to start may be told to stop") {
  const auto began = std::chrono::steady_clock::now();
  const auto for_a_moment = [&] { return std::chrono::steady_clock::now() - began < 100ms; };
  CHECK_THROWS_WITH(IsolatedTrainer(isolation("hangs"), for_a_moment), ContainsSubstring("told to stop"));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("when no process can be started any more, that is the worker's fault, and not the trial's") {
  const TemporaryName obstacle;
  IsolationOptions options = isolation();
  options.trainer.data = obstacle.path;
  IsolatedTrainer trainer(options, go_on);
  CHECK(train(trainer, "train").ended.ending == Ending::reached);
  std::ofstream(obstacle.path) << "here";
  CHECK_THROWS_WITH(train(trainer, "segv"),
                    ContainsSubstring("(tried 3 times)") && ContainsSubstring("no device here"));
  std::filesystem::remove(obstacle.path);
  CHECK(train(trainer, "train").ended.ending == Ending::reached);
}

TEST_CASE("a start that fails once is tried again") {
  const TemporaryName obstacle;
  IsolationOptions options = isolation();
  options.trainer.data = obstacle.path;
  IsolatedTrainer trainer(options, go_on);
  std::ofstream(obstacle.path) << "here";
  std::jthread helper([&] {
    std::this_thread::sleep_for(300ms);
    std::filesystem::remove(obstacle.path);
  });
  const Trained trained = train(trainer, "segv");
  CHECK(trained.ended.cause == Cause::signal);
  CHECK(train(trainer, "train").ended.ending == Ending::reached);
}

TEST_CASE("who is told to stop while a process is replaced stops") {
  const TemporaryName obstacle;
  IsolationOptions options = isolation();
  options.trainer.data = obstacle.path;
  IsolatedTrainer trainer(options, go_on);
  kill_and_wait(train(trainer, "train").pid);
  std::ofstream(obstacle.path) << "here";
  TestReporter reporter;
  reporter.orders = [looks = 0]() mutable { return ++looks > 10 ? Order::interrupt : Order::go_on; };
  const TrialEnded ended = trainer.train(to_do("train"), reporter);
  CHECK(ended.ending == Ending::interrupted);
  CHECK(ended.cause == Cause::none);
}

TEST_CASE("the death of a worker takes its trainer with it") {
  // A hanging trainer looks at nothing: it is the kernel that has to do it. As the subreaper this process
  // inherits the orphan, and learns how it died.
  REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t worker = fork();
  if (worker == 0) {
    struct Telling : TestReporter {
      explicit Telling(int descriptor) : descriptor(descriptor) {}
      void epoch(EpochReported report) override {
        const auto pid = static_cast<pid_t>(value_of(report.metrics, "pid"));
        static_cast<void>(!write(descriptor, &pid, sizeof pid));
      }
      int descriptor;
    } reporter(ends[1]);
    IsolatedTrainer(isolation(), go_on).train(to_do("hang"), reporter);
    _exit(0);
  }
  pid_t trainer = -1;
  REQUIRE(read(ends[0], &trainer, sizeof trainer) == sizeof trainer);
  kill(worker, SIGKILL);
  REQUIRE(waitpid(worker, nullptr, 0) == worker);
  int status = 0;
  pid_t ended = 0;
  for (int i = 0; i < 200 && ended == 0; ++i) {
    ended = waitpid(trainer, &status, WNOHANG);
    std::this_thread::sleep_for(10ms);
  }
  CHECK(ended == trainer);
  CHECK(WIFSIGNALED(status));
  if (ended != trainer) kill(trainer, SIGKILL);
  close(ends[0]);
  close(ends[1]);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}
