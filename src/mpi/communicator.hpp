#pragma once

#include <deque>
#include <map>
#include <memory>

#include "sweep/link/link.hpp"

namespace sibyl {

/// Messages over MPI_COMM_WORLD, point to point. They travel in pieces that MPI sends eagerly: a receive then
/// never waits for a sender that may have died since, and no piece for a receiver. A send copies the message
/// and returns; it is completed while the rank goes on. When the communicator dies, what is still under way
/// is given a few seconds.
class Communicator : public Link {
 public:
  Communicator();
  ~Communicator() override;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  void send(int rank, const Message& message) override;
  std::optional<std::pair<int, Message>> receive() override;

 private:
  struct Sending;
  void complete();
  /// The next piece: from whom, and whether it is a message's last. None if there is none.
  std::optional<std::pair<int, bool>> receive_piece();
  std::map<int, Bytes> arriving_;  ///< by rank: the pieces so far
  std::deque<std::unique_ptr<Sending>> sending_;
};

}  // namespace sibyl
