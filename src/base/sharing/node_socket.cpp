#include "base/sharing/node_socket.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace sibyl {

namespace {

/// Its first byte is zero: a name that no file stands for.
socklen_t address_of(const std::string& name, sockaddr_un& address) {
  const std::string whole = "sibyl/" + std::to_string(geteuid()) + "/" + name;
  address = {};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::min(whole.size(), sizeof(address.sun_path) - 1);
  std::memcpy(address.sun_path + 1, whole.data(), size);
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
}

Descriptor new_socket(int flags) {
  return Descriptor(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
}

bool is_mine(int link) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return getsockopt(link, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

/// Room for what a message is made of.
struct Envelope {
  std::array<char, 1 + max_packet_text> bytes{};
  iovec data{.iov_base = bytes.data(), .iov_len = bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  Envelope() {
    message.msg_iov = &data;
    message.msg_iovlen = 1;
  }
  void take_control() {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
};

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

Descriptor listen_at(const std::string& name) {
  Descriptor listener = new_socket(SOCK_NONBLOCK);
  sockaddr_un address;
  const socklen_t size = address_of(name, address);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (listener && bind(listener.get(), generic, size) == 0 && listen(listener.get(), 128) == 0)
    return listener;
  const int problem = errno;  // closing it may set another
  listener = Descriptor();
  errno = problem;
  return Descriptor();
}

Descriptor connect_to(const std::string& name) {
  Descriptor link = new_socket(0);
  sockaddr_un address;
  const socklen_t size = address_of(name, address);
  if (!link || connect(link.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      !is_mine(link.get()))
    return Descriptor();
  return link;
}

Descriptor accept_at(int listener) {
  for (;;) {
    Descriptor link(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!link || is_mine(link.get())) return link;
  }
}

bool send_packet(int link, char kind, std::string_view text, int descriptor) {
  Envelope envelope;
  text = text.substr(0, max_packet_text);
  envelope.bytes[0] = kind;
  std::copy(text.begin(), text.end(), envelope.bytes.begin() + 1);
  envelope.data.iov_len = 1 + text.size();
  if (descriptor >= 0) {
    envelope.take_control();
    cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  }
  return sendmsg(link, &envelope.message, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

std::optional<Packet> receive_packet(int link) {
  Envelope envelope;
  envelope.take_control();
  ssize_t size = 0;
  do size = recvmsg(link, &envelope.message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 1) return std::nullopt;
  Packet packet{.kind = envelope.bytes[0],
                .text = std::string(envelope.bytes.data() + 1, static_cast<std::size_t>(size - 1))};
  if (const cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
      header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
    packet.descriptor = Descriptor(descriptor);
  }
  return packet;
}

}  // namespace sibyl
