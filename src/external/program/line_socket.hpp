#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sibyl {

/// Sibyl's end of the socket to a program, with lines in it. What comes from the other end may be anything,
/// and need not end.
class LineSocket {
 public:
  explicit LineSocket(int descriptor) : descriptor_(descriptor) {}
  ~LineSocket();
  LineSocket(const LineSocket&) = delete;
  LineSocket& operator=(const LineSocket&) = delete;

  /// The next line that has arrived whole, without its end; none if there is none. Does not wait. Throws
  /// Error for one that is too long.
  std::optional<std::string> receive();
  /// Does not wait: false where the program is gone or has left so much unread that it does not read.
  bool send(std::string_view line);
  /// The other end is closed, and all that it sent has been received.
  bool closed() const { return closed_ && text_.find('\n', begin_) == std::string::npos; }
  int descriptor() const { return descriptor_; }
  /// Nothing more will be sent: who listens comes to the end.
  void send_end() const;

 private:
  bool read_more();

  int descriptor_;
  std::string text_;  ///< arrived; the part before begin_ has been received
  std::size_t begin_ = 0;
  bool closed_ = false;
};

}  // namespace sibyl
