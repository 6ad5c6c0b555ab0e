#include "mpi/loopback.hpp"

namespace sibyl {

void Loopback::End::send(int, const Message& message) {
  const std::lock_guard lock(out_.mutex);
  out_.messages.push_back(message);
}

std::optional<std::pair<int, Message>> Loopback::End::receive() {
  const std::lock_guard lock(in_.mutex);
  if (in_.messages.empty()) return std::nullopt;
  Message message = std::move(in_.messages.front());
  in_.messages.pop_front();
  return std::pair{0, std::move(message)};
}

}  // namespace sibyl
