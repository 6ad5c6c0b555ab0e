// Each in a process of its own, since signals are heard from then on.
#include "sweep/worker/stop_signals.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "base/exit_codes.hpp"
#include "catch.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

/// How a child process ended that listens for signals and then does that: as `waitpid` says it.
int status_of(const std::function<bool()>& good) {
  const pid_t child = fork();
  if (child == 0) {
    listen_for_stop_signals();
    _exit(good() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("a stop signal kills nobody: it is heard, and named") {
  for (const auto& [signal, name] : {std::pair{SIGUSR1, "SIGUSR1"}, std::pair{SIGUSR2, "SIGUSR2"},
                                     std::pair{SIGTERM, "SIGTERM"}, std::pair{SIGINT, "SIGINT"}}) {
    const int status = status_of([&] {
      if (stop_signalled() || !stop_signal().empty()) return false;
      raise(signal);
      return stop_signalled() && stop_signal() == name;
    });
    CHECK(status == 0);
  }
  CHECK_FALSE(stop_signalled());
}

TEST_CASE("of two signals the first is the reason; one delivered twice is one") {
  const int status = status_of([] {
    raise(SIGUSR1);
    raise(SIGTERM);
    return stop_signal() == "SIGUSR1";
  });
  CHECK(status == 0);
}

TEST_CASE("a second signal a second later leaves at once, with the exit code of a stop") {
  const int status = status_of([] {
    raise(SIGTERM);
    std::this_thread::sleep_for(1100ms);
    raise(SIGTERM);
    return true;  // not reached
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_stopped);
}

TEST_CASE("whoever read the output may go") {
  CHECK(status_of([] { return raise(SIGPIPE) == 0; }) == 0);
}
