#include "process/outcome.hpp"

#include <signal.h>

#include "catch.hpp"

using namespace sibyl;

TEST_CASE("an exit code is told as it is") {
  for (const int code : {0, 1, 3, 255}) {
    const Outcome found = outcome({.code = code});
    CHECK(found.cause == Cause::exit_code);
    CHECK(found.detail == std::to_string(code));
    CHECK_THAT(found.message, ContainsSubstring("exit code " + std::to_string(code)));
  }
}

TEST_CASE("a signal is told by its name, with what it often comes from") {
  struct Case {
    int number;
    const char* name;
    const char* meaning;
  };
  for (const Case& each : {Case{SIGSEGV, "SIGSEGV", "a memory fault"}, Case{SIGABRT, "SIGABRT", "it gave up"},
                           Case{SIGBUS, "SIGBUS", "/dev/shm"}, Case{SIGFPE, "SIGFPE", "divided by zero"},
                           Case{SIGILL, "SIGILL", "another machine"}, Case{SIGXCPU, "SIGXCPU", "ulimit -t"},
                           Case{SIGTERM, "SIGTERM", "somebody's kill"}, Case{SIGKILL, "SIGKILL", "kill -9"},
                           Case{SIGWINCH, "28", "an unusual signal"}}) {
    const Outcome found = outcome({.by_signal = true, .code = each.number});
    CHECK(found.cause == Cause::signal);
    CHECK(found.detail == each.name);
    CHECK_THAT(found.message, ContainsSubstring(std::string("killed by ") + each.name + " ("));
    CHECK_THAT(found.message, ContainsSubstring(each.meaning));
    CHECK(found.unexplained == (each.number == SIGKILL));  // perhaps of the whole job
  }
}

TEST_CASE("a kill of the out-of-memory killer is one, and nothing else is") {
  const Outcome killed = outcome({.by_signal = true, .code = SIGKILL, .oom_kill = true});
  CHECK(killed.cause == Cause::out_of_memory);
  CHECK_FALSE(killed.unexplained);
  CHECK(outcome({.by_signal = true, .code = SIGKILL}).cause == Cause::signal);
  CHECK(outcome({.by_signal = true, .code = SIGSEGV, .oom_kill = true}).cause == Cause::signal);
  CHECK(outcome({.code = SIGKILL, .oom_kill = true}).cause == Cause::exit_code);
}

TEST_CASE("an abort for want of memory is known by what was printed") {
  const std::string words =
      "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc";
  const Outcome found = outcome({.by_signal = true, .code = SIGABRT, .output = words});
  CHECK(found.cause == Cause::out_of_memory);
  CHECK(found.detail.empty());
  CHECK(outcome({.by_signal = true, .code = SIGABRT, .output = "an assertion"}).cause == Cause::signal);
  CHECK(outcome({.by_signal = true, .code = SIGSEGV, .output = words}).cause == Cause::signal);
}
