#include "external/program/guarded_program.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.hpp"
#include "sibyl/error.hpp"

using namespace sibyl;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "COLOR=red"};

std::vector<std::string> shell(const std::string& script) {
  return {"sh", "-c", script};
}

// Waits until the program has ended and nothing of it is left; what it printed.
std::string await(GuardedProgram& program) {
  std::string printed;
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!program.gone() && std::chrono::steady_clock::now() < until) {
    program.read_output(printed);
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(program.gone());
  program.read_output(printed);
  return printed;
}

// Waits until it has printed a number in a line.
pid_t printed_number(GuardedProgram& program) {
  std::string printed;
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (printed.find('\n') == std::string::npos && std::chrono::steady_clock::now() < until) {
    program.read_output(printed);
    std::this_thread::sleep_for(1ms);
  }
  return std::stoi(printed);
}

bool dies(pid_t process) {
  for (int i = 0; i < 10'000; ++i) {
    if (::kill(process, 0) != 0 && errno == ESRCH) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

}  // namespace

TEST_CASE("a guarded program prints, speaks, and ends with its code") {
  GuardedProgram program(shell("echo $COLOR; echo word >&3; read answer <&3; echo $answer; exit 3"),
                         environment);
  std::optional<std::string> line;
  while (!(line = program.lines().receive())) program.wait(10ms);
  CHECK(*line == "word");
  CHECK(program.lines().send("answer"));
  CHECK(await(program) == "red\nanswer\n");
  REQUIRE(program.end().has_value());
  CHECK_FALSE(program.end()->by_signal);
  CHECK(program.end()->code == 3);
}

TEST_CASE("how a guarded program was killed is known") {
  GuardedProgram program(shell("kill -SEGV $$"), environment);
  await(program);
  CHECK(program.end()->by_signal);
  CHECK(program.end()->code == SIGSEGV);
}

TEST_CASE("a guarded program that can't be started is an Error") {
  CHECK_THROWS_WITH(GuardedProgram({"no_such_program"}, environment), ContainsSubstring("no_such_program"));
  CHECK_THROWS_AS(GuardedProgram({"/etc/passwd"}, environment), Error);
  const auto script = std::filesystem::temp_directory_path() / ("sibyl_script_" + std::to_string(getpid()));
  std::ofstream(script) << "#!/no/such/interpreter\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  CHECK_THROWS_WITH(GuardedProgram({script.string()}, environment),
                    ContainsSubstring("can't start " + script.string() + ": No such file"));
  std::filesystem::remove(script);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no guard is left
}

TEST_CASE("it finds signals as a shell would, but for those that launchers send to all") {
  GuardedProgram program({"sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status"}, environment);
  const std::string printed = await(program);
  unsigned long long blocked = 1, ignored = 0;
  REQUIRE(std::sscanf(printed.c_str(), "SigBlk: %llx SigIgn: %llx", &blocked, &ignored) == 2);
  const auto bit = [](int signal) { return 1ULL << (signal - 1); };
  CHECK(blocked == 0);
  CHECK(ignored == (bit(SIGINT) | bit(SIGHUP) | bit(SIGQUIT) | bit(SIGUSR1) | bit(SIGUSR2)));
}

TEST_CASE("what a program has started dies with it, wherever that has gone") {
  // In the background, in a session of its own, and with ears for no signal but SIGKILL.
  GuardedProgram program(
      shell(
          "setsid sh -c 'trap \"\" TERM HUP; echo $$; for i in $(seq 300); do sleep 1; done' 2>/dev/null & sleep 0.5"),
      environment);
  const pid_t left = printed_number(program);
  CHECK(left > 0);
  await(program);
  CHECK(dies(left));
  CHECK(program.end()->code == 0);
}

TEST_CASE("a program is asked to end, or killed") {
  GuardedProgram polite(shell("trap 'exit 5' TERM; echo 1; while :; do sleep 0.01; done"), environment);
  printed_number(polite);
  polite.ask_to_end();
  await(polite);
  CHECK(polite.end()->code == 5);
  GuardedProgram deaf(shell("trap '' TERM; echo 1; while :; do sleep 0.01; done"), environment);
  printed_number(deaf);
  deaf.ask_to_end();
  std::this_thread::sleep_for(50ms);
  CHECK_FALSE(deaf.end().has_value());
  deaf.kill();
  await(deaf);
}

TEST_CASE("a program does not outlive who started it, however that one dies") {
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t starter = fork();
  if (starter == 0) {
    GuardedProgram program(shell("setsid sleep 1000 & echo $!; sleep 1000"), environment);
    const pid_t pids[2] = {program.pid(), printed_number(program)};
    static_cast<void>(!write(pipe_ends[1], pids, sizeof pids));
    ::kill(getpid(), SIGKILL);
  }
  pid_t pids[2] = {0, 0};
  REQUIRE(read(pipe_ends[0], pids, sizeof pids) == sizeof pids);
  waitpid(starter, nullptr, 0);
  for (const pid_t each : pids) CHECK(dies(each));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_CASE("what a program computes is seen") {
  GuardedProgram program(shell("echo 1; while :; do :; done"), environment);
  printed_number(program);
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (program.cpu_seconds() < 0.1 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(5ms);
  CHECK(program.cpu_seconds() >= 0.1);
}
