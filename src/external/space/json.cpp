#include "external/space/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace sibyl {

namespace {

constexpr int max_depth = 64;
using Kind = JsonValue::Kind;

class JsonParser {
 public:
  JsonParser(std::string_view text, bool allow_nan) : text_(text), allow_nan_(allow_nan) {}

  JsonValue whole() {
    JsonValue value = this->value(0);
    skip_blanks();
    if (at_ < text_.size()) fail("something stands behind the end: " + here());
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw JsonError(line_, what); }

  // What stands there, for people.
  std::string here() const {
    if (at_ >= text_.size()) return "the end of the text";
    const auto end = std::min(text_.find_first_of(" \t\r\n,:]}", at_ + 1), at_ + 20);
    return "'" + one_line(text_.substr(at_, end - at_)) + "'";
  }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n')
        ++line_;
      else if (text_[at_] != ' ' && text_[at_] != '\t' && text_[at_] != '\r')
        return;
    }
  }

  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  JsonValue value(int depth) {
    if (depth > max_depth) fail("lists and objects are nested more than 64 deep");
    skip_blanks();
    JsonValue value;
    value.line = line_;
    if (take("{"))
      read_object(value, depth);
    else if (take("["))
      read_list(value, depth);
    else if (text_.substr(at_).starts_with('"'))
      value.kind = Kind::text, value.text = read_text();
    else if (take("true"))
      value.kind = Kind::boolean, value.truth = true;
    else if (take("false"))
      value.kind = Kind::boolean;
    else if (!take("null"))
      read_number(value);
    return value;
  }

  void read_object(JsonValue& object, int depth) {
    object.kind = Kind::object;
    for (bool first = true;; first = false) {
      skip_blanks();
      if (take("}")) return;
      if (!first && !take(",")) fail("a comma or } is missing before " + here());
      skip_blanks();
      const int line = line_;
      if (!text_.substr(at_).starts_with('"')) fail("a name in quotes is missing before " + here());
      std::string name = read_text();
      skip_blanks();
      if (!take(":")) fail("a colon is missing behind " + json_text(name));
      if (object.find(name) != nullptr) fail(json_text(name) + " stands there twice");
      JsonValue value = this->value(depth + 1);
      value.line = line;
      object.members.emplace_back(std::move(name), std::move(value));
    }
  }

  void read_list(JsonValue& list, int depth) {
    list.kind = Kind::list;
    for (bool first = true;; first = false) {
      skip_blanks();
      if (take("]")) return;
      if (!first && !take(",")) fail("a comma or ] is missing before " + here());
      list.items.push_back(value(depth + 1));
    }
  }

  std::string read_text() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        if (!is_utf8(out)) fail("a text is no UTF-8");
        return out;
      }
      if (c == '\n') break;
      if (c == '\\')
        read_escape(out);
      else
        out += c;
    }
    fail("a quote has no end on its line");
  }

  void read_escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const char c = ++at_ < text_.size() ? text_[at_] : '\0';
    if (const auto place = names.find(c); place != std::string_view::npos && c != '\0') {
      out += meanings[place];
      return;
    }
    if (c != 'u') fail("there is no such escape as \\" + std::string(1, c));
    std::uint32_t point = read_hexadecimal();
    if (point >= 0xd800 && point < 0xdc00 && text_.substr(at_ + 1).starts_with("\\u")) {
      at_ += 2;
      const std::uint32_t low = read_hexadecimal();
      if (low < 0xdc00 || low > 0xdfff) fail("half a surrogate pair stands alone");
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xd800 && point < 0xe000) {
      fail("half a surrogate pair stands alone");
    }
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) return add(point);
    if (point >= 0x10000) {
      add(0xf0 | point >> 18);
      add(0x80 | (point >> 12 & 0x3f));
    } else if (point >= 0x800) {
      add(0xe0 | point >> 12);
    }
    add(point >= 0x800 ? 0x80 | (point >> 6 & 0x3f) : 0xc0 | point >> 6);
    add(0x80 | (point & 0x3f));
  }

  // The four digits behind the u at which it stands; stands at the last one afterwards.
  std::uint32_t read_hexadecimal() {
    std::uint32_t number = 0;
    const std::string_view digits = text_.substr(std::min(at_ + 1, text_.size()), 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4)
      fail("\\u wants four hexadecimal digits");
    at_ += 4;
    return number;
  }

  void read_number(JsonValue& value) {
    value.kind = Kind::number;
    for (const auto& [name, number] : {std::pair<std::string_view, double>{"NaN", std::nan("")},
                                       {"Infinity", std::numeric_limits<double>::infinity()},
                                       {"-Infinity", -std::numeric_limits<double>::infinity()}}) {
      if (!allow_nan_ || !take(name)) continue;
      value.text = name;
      value.number = number;
      return;
    }
    const auto end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const std::string_view token = text_.substr(at_, end - at_);
    if (token.empty()) fail("a value is missing before " + here());
    const std::string_view digits = token.substr(token.starts_with('-') ? 1 : 0);
    const bool is_odd = digits.empty() || digits[0] < '0' || digits[0] > '9' || digits.ends_with('.') ||
                        (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9');
    const auto number = sibyl::read_number<double>(token);
    if (is_odd || !number || !std::isfinite(*number)) fail(here() + " is no number");
    at_ = end;
    value.text = token;
    value.number = *number;
    if (const auto whole = sibyl::read_number<std::int64_t>(token)) {
      value.is_whole = true;
      value.whole = *whole;
    }
  }

  std::string_view text_;
  bool allow_nan_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

std::string_view name_of(JsonValue::Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
    case Kind::null:
      break;
  }
  return "null";
}

JsonValue parse_json(std::string_view text, bool allow_nan) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // some editors' mark of UTF-8
  return JsonParser(text, allow_nan).whole();
}

std::string json_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += std::string("\\u00") + digits[static_cast<unsigned char>(c) >> 4] + digits[c & 15];
    else
      out += c;
  }
  return out + '"';
}

std::string json_number(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  std::string out(text, end);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";  // a whole number would be another type
  return out;
}

std::string to_json(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json_text(*text);
  if (const auto* number = std::get_if<double>(&value)) return json_number(*number);
  return to_string(value);
}

std::string to_json(const JsonValue& value) {
  std::string out;
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.truth ? "true" : "false";
    case Kind::number:
      return value.text;
    case Kind::text:
      return json_text(value.text);
    case Kind::list:
      for (const JsonValue& each : value.items) out += (out.empty() ? "" : ",") + to_json(each);
      return "[" + out + "]";
    case Kind::object:
      for (const auto& [name, each] : value.members)
        out += (out.empty() ? "" : ",") + json_text(name) + ":" + to_json(each);
      return "{" + out + "}";
  }
  return out;
}

}  // namespace sibyl
