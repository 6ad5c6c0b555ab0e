#include "external/program/guarded_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/peak_memory.hpp"
#include "external/program/guard.hpp"
#include "external/program/program_file.hpp"
#include "process/channel.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr int most_chunks = 17;  // of 4 KiB: more than a pipe holds

std::pair<int, int> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Error(std::string("can't make a pipe for a program: ") + std::strerror(errno));
  return {ends[0], ends[1]};
}

// Above those that a program is given, whatever this process has closed.
int moved_up(int descriptor) {
  if (descriptor > program_descriptor) return descriptor;
  const int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, program_descriptor + 1);
  close(descriptor);
  return moved;
}

std::pair<int, int> moved_up(std::pair<int, int> ends) {
  return {moved_up(ends.first), moved_up(ends.second)};
}

}  // namespace

GuardedProgram::GuardedProgram(const std::vector<std::string>& command,
                               const std::vector<std::string>& environment)
    : oom_kills_before_(oom_kills()) {
  const std::string file = program_file(command.at(0));
  const auto words = pointers(command), variables = pointers(environment);
  const auto [output, its_output] = moved_up(make_pipe());
  const auto [socket, its_socket] = moved_up(make_socket_pair());
  const auto [control, its_control] = moved_up(make_socket_pair());
  output_ = output;
  lines_.emplace(socket);
  control_ = control;
  guard_ = fork();
  if (guard_ == 0)
    guard_program(file.c_str(), words.data(), variables.data(), {its_output, its_socket}, its_control);
  const int problem = errno;
  for (const int each : {its_output, its_socket, its_control}) close(each);
  fcntl(output_, F_SETFL, O_NONBLOCK);
  GuardWord word{GuardWord::not_started, problem, 0};
  if (guard_ > 0)
    while (recv(control_, &word, sizeof word, MSG_WAITALL) < 0 && errno == EINTR) {
    }
  if (word.kind == GuardWord::started) {
    pid_ = word.number;
    return;
  }
  for (const int each : {output_, control_}) close(each);
  if (guard_ > 0) waitpid(guard_, nullptr, 0);
  throw Error("can't start " + command[0] + ": " + std::strerror(word.number));
}

GuardedProgram::~GuardedProgram() {
  kill();
  // One that is stuck in the kernel (a dead file system, a device's driver) dies when it can; its guard waits
  // for it, and this process does not.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (!gone() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (const int each : {output_, control_})
    if (each >= 0) close(each);
}

void GuardedProgram::read_output(std::string& text) {
  std::array<char, 4096> chunk;
  for (int i = 0; output_ >= 0 && i < most_chunks; ++i) {
    const ssize_t count = read(output_, chunk.data(), chunk.size());
    if (count > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      close(output_);
      output_ = -1;
    } else if (errno != EINTR) {
      return;
    }
  }
}

void GuardedProgram::hear_guard() {
  GuardWord word;
  while (!gone_) {
    const ssize_t count = recv(control_, &word, sizeof word, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count == sizeof word && word.kind == GuardWord::ended) {
      const int status = word.number;
      end_ = ProcessEnd{.by_signal = WIFSIGNALED(status) != 0,
                        .code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                        .oom_kill = oom_kills() > oom_kills_before_};
      peak_memory_ = std::int64_t{1024} * word.memory;
    }
    if (count > 0) continue;
    gone_ = true;
    waitpid(guard_, nullptr, 0);
    if (!end_) end_ = ProcessEnd{.by_signal = true, .code = SIGKILL};  // the guard was killed, and it with it
  }
}

std::optional<ProcessEnd> GuardedProgram::end() {
  hear_guard();
  return end_;
}

bool GuardedProgram::gone() {
  hear_guard();
  return gone_;
}

void GuardedProgram::tell_guard(char what) const {
  static_cast<void>(send(control_, &what, 1, MSG_NOSIGNAL | MSG_DONTWAIT));
}

void GuardedProgram::ask_to_end() {
  if (!end()) tell_guard(guard_ask_to_end);
}

void GuardedProgram::kill() {
  if (!gone()) tell_guard(guard_kill);
}

void GuardedProgram::wait(std::chrono::milliseconds longest) const {
  std::array<pollfd, 3> there{pollfd{lines_->closed() ? -1 : lines_->descriptor(), POLLIN, 0},
                              pollfd{output_, POLLIN, 0}, pollfd{gone_ || end_ ? -1 : control_, POLLIN, 0}};
  poll(there.data(), there.size(), static_cast<int>(longest.count()));
}

std::int64_t GuardedProgram::peak_memory() {
  return end() ? peak_memory_ : peak_memory_of(pid_);
}

double GuardedProgram::cpu_seconds() const {
  double ticks = 0;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", problem)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    // Behind the name, which may hold anything: state, parent, group, ...; times are the 12th to 15th.
    std::istringstream rest(text.substr(std::min(text.rfind(')'), text.size() - 1) + 1));
    std::string word;
    double time = 0;
    for (int i = 1; rest >> word && i <= 15; ++i) {
      if (i == 3 && word != std::to_string(pid_)) break;
      if (i >= 12) time += std::strtod(word.c_str(), nullptr);
    }
    ticks += time;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace sibyl
