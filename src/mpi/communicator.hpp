#pragma once

#include <deque>
#include <memory>

#include "mpi/link.hpp"

namespace sibyl {

/// Messages over MPI_COMM_WORLD, point to point. A send copies the message and returns; it is completed while
/// the rank goes on. When the communicator dies, what is still under way is given a few seconds.
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
  std::deque<std::unique_ptr<Sending>> sending_;
};

}  // namespace sibyl
