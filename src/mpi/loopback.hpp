#pragma once

#include <deque>
#include <mutex>

#include "mpi/link.hpp"

namespace sibyl {

/// Two ends within one process, for a sweep of one rank (a manager and one worker, each in its own thread)
/// and for tests. Both are rank 0 to each other.
class Loopback {
 public:
  Link& manager() { return manager_; }
  Link& worker() { return worker_; }

 private:
  struct Queue {
    std::mutex mutex;
    std::deque<Message> messages;
  };
  class End : public Link {
   public:
    End(Queue& in, Queue& out) : in_(in), out_(out) {}
    void send(int rank, const Message& message) override;
    std::optional<std::pair<int, Message>> receive() override;

   private:
    Queue& in_;
    Queue& out_;
  };
  Queue to_manager_, to_worker_;
  End manager_{to_manager_, to_worker_};
  End worker_{to_worker_, to_manager_};
};

}  // namespace sibyl
