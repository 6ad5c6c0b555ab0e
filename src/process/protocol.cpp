#include "process/protocol.hpp"

#include "core/fields.hpp"

namespace sibyl {

// clang-format off
static void fields(auto&, auto&, const Alive*) {}
static void fields(auto& io, auto& x, const Broken*) { io(x.reason); }
// clang-format on

Bytes pack(const TrainerMessage& message) {
  Bytes out;
  write_to(out, message);
  return out;
}

TrainerMessage unpack_trainer_message(std::span<const std::byte> bytes) {
  try {
    auto message = read_from<TrainerMessage>(bytes, layout_version);
    if (const auto* order = std::get_if<Order>(&message); order && *order > Order::interrupt)
      throw Error("there is no such order");
    return message;
  } catch (const Error& problem) {
    throw Error("a message between a worker and its trainer is not understood: " +
                std::string(problem.what()));
  }
}

}  // namespace sibyl
