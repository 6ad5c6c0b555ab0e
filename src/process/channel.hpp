#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "process/protocol.hpp"

namespace sibyl {

/// One end of a socket pair, with whole messages in it (a mark, a length, then the bytes). It owns the
/// descriptor, which other programs do not inherit.
///
/// A trial may do to it whatever it likes. So it is of use to the process that made it alone, not to one that
/// this forked, and only while the descriptor is its socket: a trial that closes all descriptors may open a
/// file or a socket of its own under that number. And what comes from the other end may be anything.
class Channel {
 public:
  explicit Channel(int descriptor);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Waits while the other end does not read. Once it is gone, and where this channel is of no use (see
  /// above), nothing is sent.
  void send(const TrainerMessage& message);
  /// The next message that has arrived whole; none if there is none. Does not wait.
  std::optional<TrainerMessage> receive();
  /// Once nothing could be received: waits until something arrives or the other end goes.
  void wait() const;
  /// The other end is gone, and everything that it sent has been received.
  bool closed() const { return closed_ && begin_ == buffer_.size(); }
  /// Something arrived that is no message; the channel counts as closed then.
  bool garbled() const { return garbled_; }
  /// Is this the process that made it?
  bool of_this_process() const;
  /// Is the descriptor still its socket?
  bool intact() const;
  int descriptor() const { return descriptor_; }

 private:
  bool usable() const { return of_this_process() && intact(); }
  bool read_more();

  int descriptor_;
  pid_t process_;
  std::uint64_t socket_ = 0;  ///< the kernel's number of it
  Bytes buffer_;              ///< arrived; the part before begin_ has been received
  std::size_t begin_ = 0;
  bool closed_ = false;
  bool garbled_ = false;
};

/// Two connected descriptors. Throws Error.
std::pair<int, int> make_socket_pair();

}  // namespace sibyl
