#include "sweep/link/loopback.hpp"

namespace sibyl {

Loopback::Loopback(int ranks) {
  for (int rank = 0; rank < ranks; ++rank) ends_.push_back(std::make_unique<End>(*this, rank));
}

void Loopback::End::send(int rank, const Message& message) {
  End& other = *owner_.ends_[static_cast<std::size_t>(rank)];
  const std::lock_guard lock(other.mutex_);
  other.arrived_.emplace_back(rank_, message);
}

std::optional<std::pair<int, Message>> Loopback::End::receive() {
  const std::lock_guard lock(mutex_);
  if (arrived_.empty()) return std::nullopt;
  auto message = std::move(arrived_.front());
  arrived_.pop_front();
  return message;
}

}  // namespace sibyl
