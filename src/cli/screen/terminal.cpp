#include "cli/screen/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "base/text.hpp"

namespace sibyl {

namespace {

constexpr int usual_width = 80;
constexpr int narrowest = 20;  // who says less does not know

int width_in_environment() {
  const char* columns = std::getenv("COLUMNS");
  const int width = columns ? std::atoi(columns) : 0;
  return width >= narrowest ? width : 0;
}

int width_of(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= narrowest) return size.ws_col;
  const int width = width_in_environment();
  return width > 0 ? width : usual_width;
}

Terminal no_terminal() {
  return {.is_terminal = false, .width = width_in_environment()};
}

Terminal terminal_at(const std::shared_ptr<const int>& descriptor) {
  return {.is_terminal = true, .width = width_of(*descriptor), .ask = [descriptor] {
            return width_of(*descriptor);
          }};
}

bool is_pipe(int descriptor) {
  struct stat about {};
  return fstat(descriptor, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode));
}

// The name of a process and its parent's number, from /proc.
struct Process {
  std::string name;
  pid_t parent = 0;
};

Process process(pid_t id) {
  // "17 (a name (with) brackets) S 1 ..."
  std::ifstream file("/proc/" + std::to_string(id) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 4 > text.size()) return {};
  return {text.substr(open + 1, close - open - 1), std::atoi(text.c_str() + close + 4)};
}

bool is_mpirun(const std::string& name) {
  constexpr std::array names{"mpirun", "mpiexec", "orterun", "prterun"};
  return std::any_of(names.begin(), names.end(), [&](const char* each) { return name.starts_with(each); });
}

// The nearest ancestor that is mpirun; 0 if there is none on this node.
pid_t find_mpirun() {
  pid_t id = getppid();
  for (int generation = 0; generation < 16 && id > 1; ++generation) {
    const Process each = process(id);
    if (is_mpirun(each.name)) return id;
    id = each.parent;
  }
  return 0;
}

}  // namespace

Terminal standard_output() {
  const bool own = isatty(STDOUT_FILENO) == 1;
  if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr)
    return own ? terminal_at(std::make_shared<const int>(STDOUT_FILENO)) : no_terminal();
  const pid_t mpirun = find_mpirun();
  // A pipe is mpirun's if it goes there directly; else it may end in a file of somebody's choice.
  if (mpirun == 0 || !(own || (is_pipe(STDOUT_FILENO) && mpirun == getppid()))) return no_terminal();
  const int descriptor = open(("/proc/" + std::to_string(mpirun) + "/fd/1").c_str(),
                              O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return no_terminal();
  const std::shared_ptr<const int> theirs(new int(descriptor), [](const int* fd) {
    close(*fd);
    delete fd;
  });
  return isatty(descriptor) == 1 ? terminal_at(theirs) : no_terminal();
}

std::streambuf::int_type PrintableOutput::Buffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  line_ += traits_type::to_char_type(c);
  if (line_.back() == '\n') {
    out_ << printable(line_);
    line_.clear();
  }
  return c;
}

int PrintableOutput::Buffer::sync() {
  out_ << printable(line_) << std::flush;
  line_.clear();
  return out_ ? 0 : -1;
}

}  // namespace sibyl
