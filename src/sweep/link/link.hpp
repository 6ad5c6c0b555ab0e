#pragma once

#include <optional>
#include <utility>

#include "sweep/link/messages.hpp"

namespace sibyl {

/// Carries messages between ranks, in order for each pair. Neither call blocks.
class Link {
 public:
  virtual ~Link() = default;
  virtual void send(int rank, const Message& message) = 0;
  /// The next message that has arrived, and from whom; none if there is none.
  virtual std::optional<std::pair<int, Message>> receive() = 0;
};

}  // namespace sibyl
