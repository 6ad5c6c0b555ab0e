#include "process/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace sibyl {

Channel::Channel(int descriptor) : descriptor_(descriptor) {
  fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
}

Channel::~Channel() {
  close(descriptor_);
}

void Channel::send(const TrainerMessage& message) {
  const Bytes body = pack(message);
  const auto length = static_cast<std::uint32_t>(body.size());
  Bytes bytes(sizeof length + body.size());
  std::memcpy(bytes.data(), &length, sizeof length);
  std::memcpy(bytes.data() + sizeof length, body.data(), body.size());
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count > 0)
      sent += static_cast<std::size_t>(count);
    else if (errno != EINTR)
      return;  // who reads on finds out that the other end is gone
  }
}

bool Channel::read_more() {
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
    std::uint32_t length = 0;
    const std::size_t there = buffer_.size() - begin_;
    if (there >= sizeof length) std::memcpy(&length, buffer_.data() + begin_, sizeof length);
    if (there >= sizeof length && there - sizeof length >= length) {
      const std::span body(buffer_.data() + begin_ + sizeof length, length);
      begin_ += sizeof length + length;
      return unpack_trainer_message(body);
    }
  } while (!closed_ && read_more());
  if (closed_) begin_ = buffer_.size();  // what is left was cut off by the sender's death
  return std::nullopt;
}

void Channel::wait() const {
  if (closed_) return;
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
