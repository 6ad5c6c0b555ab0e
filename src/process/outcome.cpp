#include "process/outcome.hpp"

#include <signal.h>

#include <fstream>
#include <map>

namespace sibyl {

namespace {

struct Signal {
  const char* name;
  const char* meaning;
};

Signal describe(int number) {
  static const std::map<int, Signal> known = {
      {SIGSEGV,
       {"SIGSEGV", "a memory fault: an index out of range, a dangling reference, or too deep a recursion"}},
      {SIGABRT,
       {"SIGABRT", "it gave up: an exception that nobody caught, a failed assertion, or damaged memory"}},
      {SIGBUS, {"SIGBUS", "a bus error: a full /dev/shm, or a mapped file that was cut off"}},
      {SIGFPE, {"SIGFPE", "a whole number divided by zero"}},
      {SIGILL, {"SIGILL", "an instruction that this CPU does not have: was it built on another machine?"}},
      {SIGTRAP, {"SIGTRAP", "a trap"}},
      {SIGSYS, {"SIGSYS", "a system call that is not allowed here"}},
      {SIGXCPU, {"SIGXCPU", "the limit of CPU time (ulimit -t)"}},
      {SIGXFSZ, {"SIGXFSZ", "the limit of a file's size (ulimit -f)"}},
      {SIGHUP, {"SIGHUP", "somebody's kill"}},
      {SIGINT, {"SIGINT", "somebody's kill"}},
      {SIGTERM, {"SIGTERM", "somebody's kill"}},
      {SIGQUIT, {"SIGQUIT", "somebody's kill"}},
      {SIGKILL, {"SIGKILL", "somebody's kill -9, or an out-of-memory killer (dmesg on the node knows)"}},
  };
  const auto found = known.find(number);
  return found != known.end() ? found->second : Signal{"", "an unusual signal"};
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// Counts those of cgroups (Slurm's limits, containers) too.
std::int64_t oom_kills() {
  std::ifstream file("/proc/vmstat");
  std::string name;
  std::int64_t count = 0;
  while (file >> name >> count)
    if (name == "oom_kill") return count;
  return 0;
}

Outcome outcome(const ProcessEnd& end, const std::string& who) {
  if (!end.by_signal && end.code == lost_connection) return outcome_of_lost_connection();
  if (!end.by_signal) {
    const std::string code = std::to_string(end.code);
    return {Cause::exit_code, code, who + " ended with exit code " + code};
  }
  if (end.code == SIGKILL && end.oom_kill)
    return {Cause::out_of_memory, "",
            "the kernel's out-of-memory killer took " + who +
                ": the trial needs more memory than this node or this job's allocation has left"};
  if (end.code == SIGABRT && has(end.output, "std::bad_alloc"))
    return {Cause::out_of_memory, "", "the host's memory is exhausted (std::bad_alloc, which nobody caught)"};
  const auto [name, meaning] = describe(end.code);
  const std::string shown = *name ? name : std::to_string(end.code);
  return {Cause::signal, shown, who + " was killed by " + shown + " (" + meaning + ")", end.code == SIGKILL};
}

Outcome outcome_of_lost_connection() {
  return {
      Cause::exception, "",
      "the trial closed or overwrote the connection between the trainer's process and its worker: a job must not close or write to file descriptors that it has not opened"};
}

}  // namespace sibyl
