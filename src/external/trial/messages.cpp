#include "external/trial/messages.hpp"

#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace sibyl {

namespace {

using Kind = JsonValue::Kind;

const JsonValue& need(const JsonValue& object, const char* name, Kind kind) {
  const JsonValue* found = object.find(name);
  const std::string what = json_text(name);
  if (!found) throw JsonError(object.line, what + " is missing");
  require_kind(*found, kind, what);
  return *found;
}

int epoch_number(const JsonValue& value, const std::string& what) {
  if (!value.is_whole || value.whole < 0 || value.whole > std::numeric_limits<int>::max())
    throw JsonError(value.line, what + " is " + to_json(value) + ", which is no number of epochs");
  return static_cast<int>(value.whole);
}

std::string text_in(const JsonValue& object, const char* name) {
  const JsonValue* found = object.find(name);
  if (!found || found->is(Kind::null)) return "";
  require_kind(*found, Kind::text, json_text(name));
  return found->text;
}

Cause read_cause(const std::string& word) {
  for (const Cause each : {Cause::exception, Cause::diverged, Cause::out_of_memory,
                           Cause::out_of_device_memory, Cause::too_large})
    if (word == to_string(each)) return each;
  return Cause::exception;
}

Said read_one(const std::string& word, const JsonValue& json) {
  if (word == "hello") {
    require_kind(json, Kind::object, "\"hello\"");
    return SaidHello{epoch_number(need(json, "version", Kind::number), "\"version\""),
                     text_in(json, "objective")};
  }
  if (word == "suggest") {
    require_kind(json, Kind::object, "\"suggest\"");
    JsonValue rest = json;
    std::erase_if(rest.members, [](const JsonValue::Member& each) { return each.first == "name"; });
    return read_question(need(json, "name", Kind::text).text, rest);
  }
  if (word == "report") {
    require_kind(json, Kind::object, "\"report\"");
    return SaidReport{epoch_number(need(json, "epoch", Kind::number), "\"epoch\""),
                      read_metrics(need(json, "metrics", Kind::object))};
  }
  if (word == "note") {
    require_kind(json, Kind::object, "\"note\"");
    SaidNote note;
    for (const auto& [name, value] : json.members) {
      if (name.empty()) throw JsonError(value.line, "a note has no name");
      note.values[name] = plain(value, "the note " + json_text(name));
    }
    return note;
  }
  if (word == "saved") {
    require_kind(json, Kind::object, "\"saved\"");
    return SaidSaved{epoch_number(need(json, "epoch", Kind::number), "\"epoch\"")};
  }
  if (word == "unreadable") {
    require_kind(json, Kind::text, "\"unreadable\"");
    return SaidUnreadable{json.text};
  }
  if (word == "failed") {
    require_kind(json, Kind::object, "\"failed\"");
    return SaidFailure{read_cause(text_in(json, "cause")), text_in(json, "message")};
  }
  if (word == "end") {
    const JsonValue* stopped = json.find("stopped");
    return SaidEnd{stopped && stopped->truth};
  }
  if (word == "ready") return SaidReady{};
  if (word == "alive") return SaidAlive{};
  throw JsonError(1, "there is no message " + json_text(word));
}

}  // namespace

std::vector<Metric> read_metrics(const JsonValue& object) {
  std::vector<Metric> metrics;
  for (const auto& [name, value] : object.members) {
    if (name.empty()) throw JsonError(value.line, "a metric has no name");
    if (value.is(Kind::null))  // NaN of those who are stricter than Python
      metrics.push_back({name, std::nan("")});
    else if (value.is(Kind::boolean))
      metrics.push_back({name, value.truth ? 1.0 : 0.0});
    else if (value.is(Kind::number))
      metrics.push_back({name, value.number});
    else
      throw JsonError(value.line, "the metric " + json_text(name) + " is " +
                                      std::string(name_of(value.kind)) + ", not a number");
  }
  return metrics;
}

Said read_said(const std::string& line) {
  try {
    const JsonValue json = parse_json(line, /*allow_nan=*/true);
    if (!json.is(Kind::object) || json.members.size() != 1)
      throw JsonError(1, "a message is an object with one member");
    return read_one(json.members[0].first, json.members[0].second);
  } catch (const JsonError& problem) {
    throw Error("what the program wrote to Sibyl's descriptor is no message (" + std::string(problem.what()) +
                "): " + clip(one_line(line), 200));
  }
}

}  // namespace sibyl
