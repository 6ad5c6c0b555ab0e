#include "base/shared_bytes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/no_signals.hpp"

namespace sibyl {

namespace {

using Clock = std::chrono::steady_clock;
/// The one that binds the name first makes the memory, which may be gigabytes.
constexpr std::chrono::minutes making_timeout{5};
constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

/// An open descriptor, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

std::string reason() {
  return std::strerror(errno);
}

/// Of a socket that no file stands for: its name begins with a zero.
socklen_t address_of(const std::string& name, sockaddr_un& address) {
  const std::string whole = "sibyl/" + std::to_string(geteuid()) + "/" + name;
  address = {};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::min(whole.size(), sizeof(address.sun_path) - 1);
  std::memcpy(address.sun_path + 1, whole.data(), size);
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
}

Descriptor new_socket() {
  return Descriptor(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
}

/// Empty when another process has the name.
Descriptor listen_at(const std::string& name) {
  Descriptor listener = new_socket();
  sockaddr_un address;
  const socklen_t size = address_of(name, address);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (!listener || bind(listener.get(), generic, size) != 0 || listen(listener.get(), 128) != 0)
    return Descriptor();
  return listener;
}

bool is_mine(int link) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return getsockopt(link, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

Descriptor connect_to(const std::string& name) {
  Descriptor link = new_socket();
  sockaddr_un address;
  const socklen_t size = address_of(name, address);
  if (!link || connect(link.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      !is_mine(link.get()))
    return Descriptor();
  return link;
}

struct Packet {
  char byte = 0;
  iovec data{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  Packet() {
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
};

bool send_descriptor(int link, int descriptor) {
  Packet packet;
  cmsghdr* const header = CMSG_FIRSTHDR(&packet.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  return sendmsg(link, &packet.message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

Descriptor receive_descriptor(int link, int timeout_ms) {
  pollfd wait{.fd = link, .events = POLLIN, .revents = 0};
  if (poll(&wait, 1, timeout_ms) != 1) return Descriptor();
  Packet packet;
  if (recvmsg(link, &packet.message, MSG_CMSG_CLOEXEC) != 1) return Descriptor();
  const cmsghdr* const header = CMSG_FIRSTHDR(&packet.message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return Descriptor();
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
  return Descriptor(descriptor);
}

/// Memory that nobody can change any more, or none.
Descriptor make_memory(std::span<const std::byte> bytes) {
  Descriptor memory(memfd_create("sibyl data", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return memory;
  // First the room, so that a full machine is an error here and no signal in the middle of a copy.
  if (const int problem = posix_fallocate(memory.get(), 0, static_cast<off_t>(bytes.size())); problem != 0) {
    errno = problem;
    return Descriptor();
  }
  for (std::size_t done = 0; done < bytes.size();) {
    const auto wrote =
        pwrite(memory.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (wrote < 0 && errno != EINTR) return Descriptor();
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  if (fcntl(memory.get(), F_ADD_SEALS, seals) != 0) return Descriptor();
  return memory;
}

std::span<std::byte> map(int memory, std::size_t size) {
  void* const place = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, memory, 0);
  if (place == MAP_FAILED) return {};
  return {static_cast<std::byte*>(place), size};
}

bool is_whole(int memory, std::size_t size) {
  struct stat found {};
  return fstat(memory, &found) == 0 && found.st_size == static_cast<off_t>(size) &&
         (fcntl(memory, F_GET_SEALS) & F_SEAL_WRITE) != 0;
}

}  // namespace

std::unique_ptr<SharedBytes> SharedBytes::of(const std::string& name, std::span<const std::byte> own,
                                             std::string& why) {
  if (own.empty()) return nullptr;
  std::unique_ptr<SharedBytes> shared(new SharedBytes);
  shared->name_ = name;
  Descriptor memory, link;
  const auto deadline = Clock::now() + making_timeout;
  while (!memory && Clock::now() < deadline) {
    if ((link = connect_to(name))) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      memory = receive_descriptor(link.get(), static_cast<int>(left.count()));
      shared->from_another_ = static_cast<bool>(memory);
    } else if ((link = listen_at(name))) {
      memory = make_memory(own);
      if (!memory) {
        why = "no memory can be shared: " + reason();
        return nullptr;
      }
    } else {
      poll(nullptr, 0, 10);  // the one who had the name is gone, or not there yet
    }
  }
  if (!memory) {
    why = "who has it does not answer";
    return nullptr;
  }
  if (!is_whole(memory.get(), own.size()) || !(shared->bytes_ = map(memory.get(), own.size())).data()) {
    why = "what another process shares can't be used";
    return nullptr;
  }
  if (shared->from_another_ && std::memcmp(shared->bytes_.data(), own.data(), own.size()) != 0) {
    why = "another process shares other bytes under the same name";
    return nullptr;
  }
  shared->stop_ = eventfd(0, EFD_CLOEXEC);
  shared->memory_ = memory.release();
  shared->first_link_ = link.release();
  const NoSignals none;
  shared->thread_ = std::thread([&it = *shared] { it.hand_on(); });
  return shared;
}

SharedBytes::~SharedBytes() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    (void)!write(stop_, &one, sizeof(one));
    thread_.join();
  }
  if (bytes_.data()) munmap(bytes_.data(), bytes_.size());
  for (const int descriptor : {memory_, stop_, first_link_})
    if (descriptor >= 0) close(descriptor);
}

void SharedBytes::hand_on() {
  int link = std::exchange(first_link_, -1);
  if (!from_another_) return serve(link);
  while (watch(link)) {
    // Its process is gone. Whoever binds the name first takes its place; the others watch that one.
    if (Descriptor listener = listen_at(name_)) return serve(listener.release());
    if (Descriptor next = connect_to(name_))
      link = next.release();
    else
      poll(nullptr, 0, 10);
  }
}

// Closes the link. False: told to stop.
bool SharedBytes::watch(int& link) {
  const Descriptor watched(std::exchange(link, -1));
  if (!watched) {
    pollfd stop{.fd = stop_, .events = POLLIN, .revents = 0};
    return poll(&stop, 1, 0) == 0;
  }
  for (;;) {
    std::array<pollfd, 2> wait{{{.fd = watched.get(), .events = POLLIN, .revents = 0},
                                {.fd = stop_, .events = POLLIN, .revents = 0}}};
    if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return false;
    if (wait[1].revents != 0) return false;
    if (wait[0].revents == 0) continue;
    const Descriptor again =
        receive_descriptor(watched.get(), 0);  // from who took another's place: the same memory
    if (!again) return true;
  }
}

// Connections stay open, so that who has one sees this process's end.
void SharedBytes::serve(int listener) {
  const Descriptor listening(listener);
  std::vector<Descriptor> links;
  for (;;) {
    std::vector<pollfd> wait{{.fd = stop_, .events = POLLIN, .revents = 0},
                             {.fd = listening.get(), .events = POLLIN, .revents = 0}};
    for (const Descriptor& link : links) wait.push_back({.fd = link.get(), .events = POLLIN, .revents = 0});
    if (poll(wait.data(), wait.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (wait[0].revents != 0) return;
    for (std::size_t i = links.size(); i-- > 0;)  // they say nothing: it is their end
      if (wait[i + 2].revents != 0) links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
    if (wait[1].revents == 0) continue;
    Descriptor link(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (link && is_mine(link.get()) && send_descriptor(link.get(), memory_)) links.push_back(std::move(link));
  }
}

}  // namespace sibyl
