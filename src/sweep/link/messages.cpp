#include "sweep/link/messages.hpp"

#include <cstring>

#include "sibyl/error.hpp"

namespace sibyl {

namespace {

template <class Number>
void put(Bytes& out, Number number) {
  const std::size_t size = out.size();
  out.resize(size + sizeof number);
  std::memcpy(out.data() + size, &number, sizeof number);
}

void put(Bytes& out, const std::string& text) {
  put(out, static_cast<std::int64_t>(text.size()));
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  out.insert(out.end(), bytes, bytes + text.size());
}

template <class Number = std::int64_t>
Number take(std::span<const std::byte>& in) {
  Number number = 0;
  if (in.size() < sizeof number) throw Error("a message is too short");
  std::memcpy(&number, in.data(), sizeof number);
  in = in.subspan(sizeof number);
  return number;
}

std::string take_text(std::span<const std::byte>& in) {
  const auto size = static_cast<std::size_t>(take(in));
  if (in.size() < size) throw Error("a message is too short");
  std::string text(reinterpret_cast<const char*>(in.data()), size);
  in = in.subspan(size);
  return text;
}

}  // namespace

Bytes pack(const Message& message) {
  Bytes out{static_cast<std::byte>(message.index())};
  struct {
    Bytes& out;
    void operator()(const Event& event) { pack(event, out); }
    void operator()(const Suggestion& suggestion) { pack(suggestion, out); }
    void operator()(const Begin& begin) {
      for (const std::string* text : {&begin.host, &begin.build, &begin.owner}) put(out, *text);
      pack(begin.trainer, out);
    }
    void operator()(const Quit& quit) { put(out, std::int64_t{quit.at_once}); }
    void operator()(const Stop&) {}
    void operator()(const Leaving&) {}
    void operator()(const CannotTrain& message) {
      out.resize(1 + message.reason.size());
      std::memcpy(out.data() + 1, message.reason.data(), message.reason.size());
    }
    void operator()(const Cancel& cancel) {
      put(out, cancel.trial);
      put(out, std::int64_t{cancel.attempt});
    }
    void operator()(const StepLimit& limit) { put(out, limit.seconds); }
    void operator()(const Heartbeat& heartbeat) {
      put(out, heartbeat.trial);
      put(out, std::int64_t{heartbeat.attempt});
    }
    void operator()(const Acknowledged& acknowledged) { put(out, acknowledged.reports); }
  } packer{out};
  std::visit(packer, message);
  return out;
}

Message unpack_message(std::span<const std::byte> bytes) {
  if (bytes.empty()) throw Error("a message is empty");
  const auto kind = std::to_integer<std::size_t>(bytes[0]);
  bytes = bytes.subspan(1);
  switch (kind) {
    case 0:
      return unpack_event(bytes);
    case 1:
      return unpack_suggestion(bytes);
    case 2: {
      Begin begin;
      for (std::string* text : {&begin.host, &begin.build, &begin.owner}) *text = take_text(bytes);
      begin.trainer = unpack_trainer_options(bytes);
      return begin;
    }
    case 3:
      return Quit{take(bytes) != 0};
    case 4:
      return CannotTrain{std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
    case 5: {
      const TrialId trial = take(bytes);
      return Cancel{trial, static_cast<int>(take(bytes))};
    }
    case 6:
      return Acknowledged{take(bytes)};
    case 7:
      return Stop{};
    case 8:
      return Leaving{};
    case 9:
      return StepLimit{take<double>(bytes)};
    case 10: {
      const TrialId trial = take(bytes);
      return Heartbeat{trial, static_cast<int>(take(bytes))};
    }
  }
  throw Error("a message is of a kind that this version does not know: do all ranks run the same program?");
}

}  // namespace sibyl
