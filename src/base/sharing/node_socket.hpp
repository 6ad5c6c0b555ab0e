#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sibyl {

/// An open descriptor, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
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

// Sockets of the processes of one user on a machine. No file stands for them: a name is free again when the
// process that has it is gone, however that ended.

/// Empty where it can't be; errno EADDRINUSE: another process has the name.
Descriptor listen_at(const std::string& name);
/// Empty where nobody of this user listens there.
Descriptor connect_to(const std::string& name);
/// The next who has come to connect, if it is of this user. Does not wait.
Descriptor accept_at(int listener);

/// A message; it arrives whole, or not at all.
struct Packet {
  char kind = 0;
  std::string text = {};  ///< as far as max_packet_text
  Descriptor descriptor = Descriptor();
};
constexpr std::size_t max_packet_text = 8192;

/// Does not wait: whoever does not read is left out.
bool send_packet(int link, char kind, std::string_view text, int descriptor = -1);
/// Waits for one; none when the other has closed the link.
std::optional<Packet> receive_packet(int link);

}  // namespace sibyl
