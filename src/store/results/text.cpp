#include "store/results/text.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "base/text.hpp"

namespace sibyl {

std::string clean_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) {
      clean += '?';
      ++at;
    } else {
      clean.append(text, at, length);
      at += length;
    }
  }
  return clean;
}

std::string shorten(const std::string& text, std::size_t bytes) {
  constexpr std::string_view mark = "...";
  if (text.size() <= bytes) return text;
  std::size_t end = bytes > mark.size() ? bytes - mark.size() : 0;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + std::string(mark);
}

std::string iso_time(double seconds_since_1970) {
  if (!(std::abs(seconds_since_1970) < 1e11)) return "";  // NaN, or beyond the year 5000
  const auto seconds = static_cast<std::time_t>(std::floor(seconds_since_1970));
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string json(std::string_view text) {
  std::string out = "\"";
  for (const char c : clean_utf8(text)) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escaped.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json(std::string_view(*text));
  // JSON has no NaN and no infinities: as text, a reader at least sees what was there.
  if (const auto* x = std::get_if<double>(&value); x && !std::isfinite(*x))
    return json(std::string_view(to_string(value)));
  return to_string(value);
}

std::string json(const std::vector<Value>& values) {
  std::string out = "[";
  for (const Value& value : values) (out += out.size() > 1 ? ", " : "") += json(value);
  return out + "]";
}

std::string json(const std::map<std::string, std::string>& texts) {
  std::string out = "{";
  for (const auto& [name, text] : texts)
    out += (out.size() > 1 ? ", " : "") + json(std::string_view(name)) + ": " + json(std::string_view(text));
  return out + "}";
}

}  // namespace sibyl
