#include "external/program/line_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {
constexpr std::size_t max_line = 1 << 20;
}

LineSocket::~LineSocket() {
  close(descriptor_);
}

void LineSocket::send_end() const {
  shutdown(descriptor_, SHUT_WR);
}

bool LineSocket::read_more() {
  std::array<char, 1 << 16> chunk;
  ssize_t count = 0;
  do count = recv(descriptor_, chunk.data(), chunk.size(), MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  if (count > 0) {
    text_.erase(0, begin_);
    begin_ = 0;
    text_.append(chunk.data(), static_cast<std::size_t>(count));
  } else {
    closed_ = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  return count > 0;
}

std::optional<std::string> LineSocket::receive() {
  do {
    if (const auto end = text_.find('\n', begin_); end != std::string::npos) {
      std::string line = text_.substr(begin_, end - begin_);
      begin_ = end + 1;
      return line;
    }
    if (text_.size() - begin_ > max_line)
      throw Error("the program sent a line of more than 1 MiB to Sibyl, which no message is");
  } while (!closed_ && read_more());
  return std::nullopt;
}

bool LineSocket::send(std::string_view line) {
  std::string rest(line);
  rest += '\n';
  while (!rest.empty()) {
    const ssize_t count = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    rest.erase(0, static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace sibyl
