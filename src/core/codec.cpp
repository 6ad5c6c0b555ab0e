#include "core/codec.hpp"

#include "core/fields.hpp"

namespace sibyl {

void pack(const Event& event, Bytes& out) {
  write_to(out, event);
}

Event unpack_event(std::span<const std::byte> bytes, std::uint32_t version) {
  auto event = read_from<Event>(bytes, version);
  if (auto* stopped = std::get_if<SweepStopped>(&event); stopped && version < 4)
    take_end_from_reason(*stopped);
  return event;
}

}  // namespace sibyl
