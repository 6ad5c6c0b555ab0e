#pragma once

#include <optional>
#include <utility>

#include "process/protocol.hpp"

namespace sibyl {

/// One end of a socket pair, with whole messages in it (a length, then the bytes). It owns the descriptor,
/// which is not inherited by other processes.
class Channel {
 public:
  explicit Channel(int descriptor);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Waits while the other end does not read. Once it is gone, nothing is sent.
  void send(const TrainerMessage& message);
  /// The next message that has arrived whole; none if there is none. Does not wait.
  std::optional<TrainerMessage> receive();
  /// Once nothing could be received: waits until something arrives or the other end goes.
  void wait() const;
  /// The other end is gone, and everything that it sent has been received.
  bool closed() const { return closed_ && begin_ == buffer_.size(); }
  int descriptor() const { return descriptor_; }

 private:
  bool read_more();

  int descriptor_;
  Bytes buffer_;  ///< arrived; the part before begin_ has been received
  std::size_t begin_ = 0;
  bool closed_ = false;
};

/// Two connected descriptors. Throws Error.
std::pair<int, int> make_socket_pair();

}  // namespace sibyl
