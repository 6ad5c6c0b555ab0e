#include "process/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "process/trainer_main.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

struct Actions {
  posix_spawn_file_actions_t value;
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
};

struct Attributes {
  posix_spawnattr_t value;
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
};

// The launcher's and MPI's signal settings are not the child's.
void set_signals(Attributes& attributes, const Spawn& process) {
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes.value, &process.blocked);
  posix_spawnattr_setsigdefault(&attributes.value, &all);
  posix_spawnattr_setpgroup(&attributes.value, 0);
  const int group = process.own_group ? POSIX_SPAWN_SETPGROUP : 0;
  posix_spawnattr_setflags(&attributes.value,
                           static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
}

// A launcher may have left SIGCHLD ignored (exec keeps that); the kernel would then forget how a child ended.
void remember_how_children_end() {
  struct sigaction now {};
  if (sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

// What posix_spawn takes, which writes to none of it.
std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& each : words) all.push_back(const_cast<char*>(each.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

pid_t spawn(const Spawn& process) {
  remember_how_children_end();
  Actions actions;
  posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.value, process.output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions.value, process.output, STDERR_FILENO);
  if (process.socket >= 0)
    posix_spawn_file_actions_adddup2(&actions.value, process.socket, trainer_descriptor);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  posix_spawn_file_actions_addclosefrom_np(&actions.value,
                                           process.socket >= 0 ? trainer_descriptor + 1 : STDERR_FILENO + 1);
#endif
  Attributes attributes;
  set_signals(attributes, process);
  const auto arguments = pointers(process.arguments);
  const auto environment = process.environment.value_or(std::vector<std::string>());
  const auto variables = pointers(environment);
  pid_t pid = -1;
  const int problem = posix_spawn(&pid, process.file.c_str(), &actions.value, &attributes.value,
                                  arguments.data(), process.environment ? variables.data() : environ);
  if (problem != 0) throw Error("can't start " + process.what + ": " + std::strerror(problem));
  return pid;
}

void pass_on(const std::string& lines) {
  for (std::size_t written = 0; written < lines.size();) {
    const ssize_t count = write(STDERR_FILENO, lines.data() + written, lines.size() - written);
    if (count <= 0 && errno != EINTR) break;
    written += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
}

}  // namespace sibyl
