#include "process/protocol.hpp"

#include <cstring>

#include "sibyl/error.hpp"

namespace sibyl {

Bytes pack(const TrainerMessage& message) {
  Bytes out{static_cast<std::byte>(message.index())};
  struct {
    Bytes& out;
    void operator()(const Event& event) { pack(event, out); }
    void operator()(const Suggestion& suggestion) { pack(suggestion, out); }
    void operator()(const TrainerOptions& options) { pack(options, out); }
    void operator()(Order order) { out.push_back(static_cast<std::byte>(order)); }
    void operator()(const Alive&) {}
    void operator()(const Broken& broken) {
      for (const char c : broken.reason) out.push_back(static_cast<std::byte>(c));
    }
  } packer{out};
  std::visit(packer, message);
  return out;
}

TrainerMessage unpack_trainer_message(std::span<const std::byte> bytes) {
  if (bytes.empty()) throw Error("a message is empty");
  const auto kind = std::to_integer<std::size_t>(bytes[0]);
  bytes = bytes.subspan(1);
  switch (kind) {
    case 0:
      return unpack_event(bytes);
    case 1:
      return unpack_suggestion(bytes);
    case 2:
      return unpack_trainer_options(bytes);
    case 3:
      if (bytes.size() != 1 || bytes[0] > static_cast<std::byte>(Order::interrupt)) break;
      return static_cast<Order>(bytes[0]);
    case 4:
      return Alive{};
    case 5:
      return Broken{std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
  }
  throw Error("a message between a worker and its trainer is not understood");
}

}  // namespace sibyl
