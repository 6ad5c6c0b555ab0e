#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "sweep/link/link.hpp"

namespace sibyl {

/// Ranks within one process, each in a thread of its own: for a sweep without mpirun (the manager and one
/// worker) and for tests.
class Loopback {
 public:
  explicit Loopback(int ranks);
  Link& rank(int rank) { return *ends_[static_cast<std::size_t>(rank)]; }

 private:
  class End : public Link {
   public:
    End(Loopback& owner, int rank) : owner_(owner), rank_(rank) {}
    void send(int rank, const Message& message) override;
    std::optional<std::pair<int, Message>> receive() override;

   private:
    Loopback& owner_;
    int rank_;
    std::mutex mutex_;
    std::deque<std::pair<int, Message>> arrived_;
  };
  std::vector<std::unique_ptr<End>> ends_;
};

}  // namespace sibyl
