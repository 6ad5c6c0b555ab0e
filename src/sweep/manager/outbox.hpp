#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sweep/link/link.hpp"

namespace sibyl {

/// What a worker may hear only when the journal holds it: that its reports are durable, and what it is to
/// train next.
class Outbox {
 public:
  explicit Outbox(Link& link) : link_(link) {}
  void acknowledge_one(int worker) { ++unacknowledged_[worker]; }
  void hand_out(int worker, Suggestion suggestion) {
    handed_out_.emplace_back(worker, std::move(suggestion));
  }
  /// Once the journal has been committed.
  void send();

 private:
  Link& link_;
  std::map<int, std::int64_t> unacknowledged_;
  std::vector<std::pair<int, Suggestion>> handed_out_;
};

}  // namespace sibyl
