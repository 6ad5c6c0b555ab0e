#include "external/program/guard.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "external/program/guarded_program.hpp"

// A guard runs in a copy of whoever forked it, and so that it needs nothing of that: it opens, polls, waits
// and kills.
namespace sibyl {

namespace {

constexpr int badness = 700;  // when memory runs out it goes before the trainer (500), and before the rank
constexpr int cannot_start = 127;

void close_all_but(const std::vector<int>& kept) {
  DIR* folder = opendir("/proc/self/fd");
  if (!folder) return;
  std::vector<int> there;
  while (const dirent* entry = readdir(folder)) {
    const int number = std::atoi(entry->d_name);
    bool keep = number <= STDERR_FILENO || number == dirfd(folder);
    for (const int each : kept) keep = keep || number == each;
    if (!keep) there.push_back(number);
  }
  closedir(folder);
  for (const int each : there) close(each);
}

// As a program finds signals that a shell starts. What launchers send to all processes is for the rank, which
// says what is to be done; SIGTERM is how the program is told so.
void set_program_signals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  for (const int number : {SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_program(const char* file, char* const* command, char* const* environment,
                                 const ProgramDescriptors& descriptors, int failure, pid_t guard) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != guard) _exit(cannot_start);
  std::ofstream("/proc/self/oom_score_adj") << badness;
  // None of them is in the way of another one: all are above program_descriptor.
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(descriptors.output, STDOUT_FILENO);
  dup2(descriptors.socket, program_descriptor);
  close_all_but({program_descriptor, failure});
  set_program_signals();
  execve(file, command, environment);
  if (errno == ENOEXEC) {  // a script without a first line that names its shell, as shells take it
    std::vector<char*> words{const_cast<char*>("/bin/sh"), const_cast<char*>(file)};
    for (char* const* word = command + 1; *word; ++word) words.push_back(*word);
    words.push_back(nullptr);
    execve("/bin/sh", words.data(), environment);
  }
  const int problem = errno;
  static_cast<void>(!write(failure, &problem, sizeof problem));
  _exit(cannot_start);
}

void say(int control, GuardWord::Kind kind, int number, int memory = 0) {
  const GuardWord word{kind, number, memory};
  while (write(control, &word, sizeof word) < 0 && errno == EINTR) {
  }
}

// The kernel's own list, where it keeps one; else all processes are looked through.
std::vector<pid_t> children() {
  std::vector<pid_t> found;
  const std::string self = std::to_string(getpid());
  if (std::ifstream list("/proc/self/task/" + self + "/children"); list) {
    for (pid_t each = 0; list >> each;) found.push_back(each);
    return found;
  }
  DIR* folder = opendir("/proc");
  while (const dirent* entry = folder ? readdir(folder) : nullptr) {
    std::ifstream status("/proc/" + std::string(entry->d_name) + "/status");
    for (std::string word; std::atoi(entry->d_name) > 0 && status >> word;)
      if (word == "PPid:" && status >> word && word == self) found.push_back(std::atoi(entry->d_name));
  }
  if (folder) closedir(folder);
  return found;
}

class Guard {
 public:
  Guard(pid_t program, int control) : program_(program), control_(control) {}

  // Until the program has ended, or is to.
  void watch(int signals) {
    while (!ended_) {
      std::array<pollfd, 2> there{pollfd{control_, POLLIN, 0}, pollfd{signals, POLLIN, 0}};
      poll(there.data(), there.size(), -1);
      if (there[1].revents != 0) {
        signalfd_siginfo ignored;
        static_cast<void>(!read(signals, &ignored, sizeof ignored));
        reap();
      }
      if (there[0].revents == 0) continue;
      char told = 0;
      const ssize_t count = read(control_, &told, 1);
      if (count < 0 && errno == EINTR) continue;
      if (count == 1 && told == guard_ask_to_end)
        ::kill(-program_, SIGTERM);
      else
        return;
    }
  }

  // All of it, until there is nothing left: the children of what is killed become the guard's.
  void kill_all() {
    unsigned microseconds = 250;
    do {
      ::kill(-program_, SIGKILL);
      for (const pid_t each : children()) ::kill(each, SIGKILL);
      usleep(microseconds);
      microseconds = std::min(2 * microseconds, 100'000U);  // one may be stuck in the kernel for hours
    } while (reap());
  }

 private:
  // Is there any child left?
  bool reap() {
    while (true) {
      int status = 0;
      rusage used{};
      const pid_t dead = wait4(-1, &status, WNOHANG, &used);
      if (dead < 0 && errno == EINTR) continue;
      if (dead <= 0) return dead == 0;
      if (dead != program_) continue;
      ended_ = true;
      say(control_, GuardWord::ended, status, static_cast<int>(used.ru_maxrss));
    }
  }

  pid_t program_;
  int control_;
  bool ended_ = false;
};

}  // namespace

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& each : texts) all.push_back(const_cast<char*>(each.c_str()));
  all.push_back(nullptr);
  return all;
}

void guard_program(const char* file, char* const* command, char* const* environment,
                   const ProgramDescriptors& descriptors, int control) {
  setpgid(0, 0);  // what is sent to the whole group of the trainer does not reach it
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "sibyl-guard");
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE})
    signal(number, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  close_all_but({control, descriptors.output, descriptors.socket});
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  const int signals = signalfd(-1, &child, SFD_CLOEXEC);
  int failure[2] = {-1, -1};
  if (signals < 0 || pipe2(failure, O_CLOEXEC) != 0) {
    say(control, GuardWord::not_started, errno);
    _exit(0);
  }
  const pid_t guard = getpid(), program = fork();
  if (program == 0) become_program(file, command, environment, descriptors, failure[1], guard);
  const int fork_problem = errno;
  for (const int each : {failure[1], descriptors.output, descriptors.socket}) close(each);
  int problem = program < 0 ? fork_problem : 0;
  if (program > 0) static_cast<void>(!read(failure[0], &problem, sizeof problem));
  close(failure[0]);
  say(control, problem != 0 ? GuardWord::not_started : GuardWord::started, problem != 0 ? problem : program);
  if (program < 0) _exit(0);
  Guard watching(program, control);
  if (problem == 0) watching.watch(signals);
  watching.kill_all();
  _exit(0);
}

}  // namespace sibyl
