#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sibyl/domain.hpp"
#include "sibyl/error.hpp"

// JSON as people and other programs write it. Each value knows its line, so that what is wrong with one can
// be said where it stands; NaN and Infinity, which Python's json writes, are numbers where they are allowed.
namespace sibyl {

/// What is no JSON. The text goes on after "line 3: ".
class JsonError : public Error {
 public:
  JsonError(int line, const std::string& what) : Error(what), line_(line) {}
  int line() const { return line_; }

 private:
  int line_;
};

struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
  using Member = std::pair<std::string, JsonValue>;

  Kind kind = Kind::null;
  int line = 1;            ///< on which it begins; of a member, on which its name stands
  bool truth = false;      ///< of a boolean
  std::string text;        ///< of a text; of a number as it is written
  double number = 0;       ///< of a number
  bool is_whole = false;   ///< a number without a point or an exponent, that fits in 64 bits
  std::int64_t whole = 0;  ///< of such a number
  std::vector<JsonValue> items;
  std::vector<Member> members;  ///< in their order; each name once

  bool is(Kind other) const { return kind == other; }
  /// The member of that name; nullptr: there is none, or this is no object.
  const JsonValue* find(std::string_view name) const;
};

/// "a text", "a number", "an object", ...
std::string_view name_of(JsonValue::Kind kind);

/// Throws JsonError. A name that stands twice in an object is one, too.
JsonValue parse_json(std::string_view text, bool allow_nan = false);

/// A text in quotes.
std::string json_text(std::string_view text);
/// The shortest number that reads back as the same; NaN, Infinity and -Infinity as Python has them.
std::string json_number(double number);
std::string to_json(const Value& value);
/// On one line, without blanks; numbers as they were written.
std::string to_json(const JsonValue& value);

}  // namespace sibyl
