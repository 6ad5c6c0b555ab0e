#include "process/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

/// Before each message: so that what a trial writes into a descriptor that is not its own is not taken for
/// one.
constexpr std::uint32_t mark = 0x6c796273;  // "sbyl"
struct Prefix {
  std::uint32_t mark = 0;
  std::uint32_t length = 0;
};

/// The kernel's number of the socket; 0 for what is none.
std::uint64_t socket_number(int descriptor) {
  struct stat file {};
  return fstat(descriptor, &file) == 0 && S_ISSOCK(file.st_mode) ? file.st_ino : 0;
}

}  // namespace

Channel::Channel(int descriptor)
    : descriptor_(descriptor), process_(getpid()), socket_(socket_number(descriptor)) {
  fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
}

Channel::~Channel() {
  if (intact()) close(descriptor_);
}

bool Channel::of_this_process() const {
  return getpid() == process_;
}

bool Channel::intact() const {
  return socket_ != 0 && socket_number(descriptor_) == socket_;
}

void Channel::send(const TrainerMessage& message) {
  if (!usable()) return;
  const Bytes body = pack(message);
  const Prefix prefix{mark, static_cast<std::uint32_t>(body.size())};
  Bytes bytes(sizeof prefix + body.size());
  std::memcpy(bytes.data(), &prefix, sizeof prefix);
  std::memcpy(bytes.data() + sizeof prefix, body.data(), body.size());
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count > 0)
      sent += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      return;  // who reads on finds out that the other end is gone
  }
}

bool Channel::read_more() {
  if (!usable()) {
    closed_ = true;
    return false;
  }
  std::array<std::byte, 1 << 16> chunk;
  ssize_t count = 0;
  do count = recv(descriptor_, chunk.data(), chunk.size(), MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  if (count > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    buffer_.insert(buffer_.end(), chunk.begin(), chunk.begin() + count);
  } else {
    closed_ = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
  return count > 0;
}

std::optional<TrainerMessage> Channel::receive() {
  do {
    Prefix prefix;
    const std::size_t there = buffer_.size() - begin_;
    if (there < sizeof prefix) continue;
    std::memcpy(&prefix, buffer_.data() + begin_, sizeof prefix);
    if (prefix.mark != mark) {
      garbled_ = true;
      break;
    }
    if (there - sizeof prefix < prefix.length) continue;
    const std::span body(buffer_.data() + begin_ + sizeof prefix, prefix.length);
    begin_ += sizeof prefix + prefix.length;
    try {
      return unpack_trainer_message(body);
    } catch (const Error&) {
      garbled_ = true;
      break;
    }
  } while (!closed_ && read_more());
  if (garbled_) closed_ = true;
  if (closed_) begin_ = buffer_.size();  // what is left was cut off by the sender's death
  return std::nullopt;
}

void Channel::wait() const {
  if (closed_ || !usable()) return;
  pollfd there{descriptor_, POLLIN, 0};
  poll(&there, 1, -1);
}

std::pair<int, int> make_socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw Error(std::string("can't make a socket pair for a trainer process: ") + std::strerror(errno));
  return {ends[0], ends[1]};
}

}  // namespace sibyl
