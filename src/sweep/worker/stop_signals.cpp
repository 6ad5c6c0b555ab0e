#include "sweep/worker/stop_signals.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "base/exit_codes.hpp"

namespace sibyl {

namespace {

std::atomic<int> first_signal{0};
std::atomic<long long> first_nanoseconds{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<long long>::is_always_lock_free);

long long nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Only what is allowed in a signal handler: atomics, clock_gettime, _exit.
void on_signal(int signal) {
  int none = 0;
  if (first_signal.compare_exchange_strong(none, signal)) {
    first_nanoseconds = nanoseconds();
    return;
  }
  if (nanoseconds() - first_nanoseconds > 1'000'000'000LL) _exit(exit_stopped);
}

}  // namespace

void listen_for_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::signal(SIGPIPE, SIG_IGN);  // nobody reads what is printed any more: no reason to lose a sweep
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

bool stop_signalled() {
  return first_signal.load(std::memory_order_relaxed) != 0;
}

std::string stop_signal() {
  switch (first_signal) {
    case SIGUSR1:
      return "SIGUSR1";
    case SIGUSR2:
      return "SIGUSR2";
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    default:
      return "";
  }
}

std::string usual_sender(const std::string& signal, const std::string& launcher) {
  if (signal == "SIGINT") return " (Ctrl-C)";
  if (signal != "SIGTERM") return "";
  // mpirun makes a SIGTERM for its ranks of the Ctrl-C that it gets.
  if (launcher == "mpirun") return " (Ctrl-C under mpirun, or scancel)";
  return launcher == "srun" ? " (scancel, or the job's time limit)" : "";
}

}  // namespace sibyl
