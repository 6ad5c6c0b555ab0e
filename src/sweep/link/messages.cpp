#include "sweep/link/messages.hpp"

#include "core/fields.hpp"

namespace sibyl {

// clang-format off
static void fields(auto& io, auto& x, const Begin*) { io(x.host, x.build, x.owner, x.trainer); }
static void fields(auto& io, auto& x, const Quit*) { io(x.at_once); }
static void fields(auto&, auto&, const Stop*) {}
static void fields(auto& io, auto& x, const Leaving*) { io(x.last); }
static void fields(auto& io, auto& x, const CannotTrain*) { io(x.reason); }
static void fields(auto& io, auto& x, const Cancel*) { io(x.trial, x.attempt); }
static void fields(auto& io, auto& x, const Acknowledged*) { io(x.reports); }
static void fields(auto& io, auto& x, const StepLimit*) { io(x.seconds); }
static void fields(auto& io, auto& x, const Heartbeat*) { io(x.trial, x.attempt); }
// clang-format on

Bytes pack(const Message& message) {
  Bytes out;
  write_to(out, message);
  return out;
}

Message unpack_message(std::span<const std::byte> bytes) {
  try {
    return read_from<Message>(bytes, layout_version);
  } catch (const Error& problem) {
    throw Error("a message of another rank is not understood (" + std::string(problem.what()) +
                "): do all ranks run the same program?");
  }
}

}  // namespace sibyl
