#include "process/trainer_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include "process/spawn.hpp"
#include "process/trainer_main.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr std::chrono::seconds farewell_timeout{3};
/// What is passed on at once: all that a dead process has left, but not all that a living one goes on to
/// print.
constexpr std::size_t pipe_capacity = 1 << 16;

}  // namespace

TrainerProcess::TrainerProcess(std::vector<std::string> arguments)
    : TrainerProcess(std::move(arguments), make_socket_pair()) {}

TrainerProcess::TrainerProcess(std::vector<std::string> arguments, std::pair<int, int> sockets)
    : channel_(sockets.first), oom_kills_before_(oom_kills()) {
  int pipe[2] = {-1, -1};
  try {
    if (pipe2(pipe, O_CLOEXEC) != 0)
      throw Error(std::string("can't make a pipe for a trainer process: ") + std::strerror(errno));
    output_ = pipe[0];
    fcntl(output_, F_SETFL, O_NONBLOCK);
    pid_ = spawn({.what = "a trainer process",
                  .file = "/proc/self/exe",
                  .arguments = std::move(arguments),
                  .output = pipe[1],
                  .socket = sockets.second,
                  .blocked = signals_of_the_rank()});
  } catch (...) {
    for (const int descriptor : {sockets.second, pipe[0], pipe[1]})
      if (descriptor >= 0) close(descriptor);
    throw;
  }
  close(sockets.second);
  close(pipe[1]);
}

TrainerProcess::~TrainerProcess() {
  shutdown(channel_.descriptor(), SHUT_RDWR);
  await_end(farewell_timeout);
  kill();
  // One that is stuck in the kernel (a dead file system, a device's driver) dies when it can; nobody waits
  // for it.
  await_end(std::chrono::seconds(1));
  if (output_ >= 0) close(output_);
}

// Not by wait(): a connection that was shut down always has something to say.
void TrainerProcess::await_end(std::chrono::milliseconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (!end() && std::chrono::steady_clock::now() < deadline) {
    pass_on_output();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::string TrainerProcess::last_lines() {
  pass_on_output();
  return printed_.last_lines();
}

void TrainerProcess::label_output(std::string label) {
  pass_on_output();
  pass_on(printed_.finish());
  printed_.begin(std::move(label));
  oom_kills_before_ = oom_kills();
}

void TrainerProcess::wait(std::chrono::milliseconds longest) {
  std::array<pollfd, 2> there{pollfd{channel_.closed() ? -1 : channel_.descriptor(), POLLIN, 0},
                              pollfd{output_, POLLIN, 0}};
  poll(there.data(), there.size(), static_cast<int>(longest.count()));
  if (there[1].revents != 0) pass_on_output();
}

void TrainerProcess::pass_on_output() {
  std::array<char, 4096> chunk;
  std::string lines;
  for (std::size_t taken = 0; output_ >= 0 && taken <= pipe_capacity;) {
    const ssize_t count = read(output_, chunk.data(), chunk.size());
    if (count > 0) {
      taken += static_cast<std::size_t>(count);
      lines += printed_.add({chunk.data(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
      lines += printed_.finish();
      close(output_);
      output_ = -1;
    } else if (errno != EINTR) {
      break;
    }
  }
  pass_on(lines);
}

std::optional<ProcessEnd> TrainerProcess::end() {
  int status = 0;
  if (!end_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    pass_on_output();
    end_ = ProcessEnd{.by_signal = WIFSIGNALED(status) != 0,
                      .code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                      .oom_kill = oom_kills() > oom_kills_before_,
                      .output = printed_.last_lines()};
  }
  return end_;
}

void TrainerProcess::kill() {
  if (!end_) ::kill(pid_, SIGKILL);
}

std::int64_t TrainerProcess::private_memory() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::int64_t total = 0, resident = 0, shared = 0;
  if (!(file >> total >> resident >> shared)) return 0;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

}  // namespace sibyl
