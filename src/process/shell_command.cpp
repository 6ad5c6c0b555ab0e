#include "process/shell_command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "process/spawn.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {
constexpr int max_chunks = 17;  // of 4 KiB, at once: more than a pipe holds
}

ShellCommand::ShellCommand(const std::string& command, const Variables& environment, std::string label)
    : is_passed_on_(!label.empty()) {
  printed_.begin(std::move(label));
  int pipe[2] = {-1, -1};
  if (pipe2(pipe, O_CLOEXEC) != 0)
    throw Error(std::string("can't make a pipe for a command: ") + std::strerror(errno));
  output_ = pipe[0];
  fcntl(output_, F_SETFL, O_NONBLOCK);
  Spawn shell{.what = "a shell",
              .file = "/bin/sh",
              .arguments = {"sh", "-c", command},
              .environment = listed(environment),
              .output = pipe[1],
              .own_group = true};
  sigemptyset(&shell.blocked);
  try {
    pid_ = spawn(shell);
  } catch (...) {
    for (const int descriptor : pipe) close(descriptor);
    throw;
  }
  close(pipe[1]);
}

ShellCommand::~ShellCommand() {
  kill();
  // One that is stuck in the kernel (a dead file system) dies when it can; nobody waits for it.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (!end() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (output_ >= 0) close(output_);
}

void ShellCommand::pass_on_output() {
  std::array<char, 4096> chunk;
  std::string lines;
  for (int i = 0; output_ >= 0 && i < max_chunks; ++i) {
    const ssize_t count = read(output_, chunk.data(), chunk.size());
    if (count > 0) {
      lines += printed_.add({chunk.data(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
      close(output_);
      output_ = -1;
    } else if (errno != EINTR) {
      break;
    }
  }
  if (is_passed_on_) pass_on(lines);
}

std::optional<ProcessEnd> ShellCommand::end() {
  int status = 0;
  const bool ended = !end_ && waitpid(pid_, &status, WNOHANG) == pid_;
  pass_on_output();
  if (ended) {
    const std::string last = printed_.finish();
    if (is_passed_on_) pass_on(last);
    end_ = ProcessEnd{.by_signal = WIFSIGNALED(status) != 0,
                      .code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                      .output = printed_.last_lines()};
  }
  return end_;
}

// With what it has started: a shell that waits for another program would be gone, and that program not.
void ShellCommand::kill() {
  if (!end_) ::kill(-pid_, SIGKILL);
}

}  // namespace sibyl
