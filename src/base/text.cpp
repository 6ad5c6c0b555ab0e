#include "base/text.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace sibyl {

namespace {

using Range = std::pair<char32_t, char32_t>;

template <std::size_t size>
bool is_in(const std::array<Range, size>& ranges, char32_t c) {
  for (const auto& [first, last] : ranges)
    if (first <= c && c <= last) return true;
  return false;
}

// Controls, what hides, reorders or breaks lines: soft hyphen, zero-width and directional marks, separators,
// the byte order mark, interlinear annotation, tags, private use.
constexpr std::array<Range, 12> unsafe{{{0x00, 0x1F},
                                        {0x7F, 0x9F},
                                        {0xAD, 0xAD},
                                        {0x61C, 0x61C},
                                        {0x200B, 0x200B},
                                        {0x200E, 0x200F},
                                        {0x2028, 0x202E},
                                        {0x2060, 0x206F},
                                        {0xFEFF, 0xFEFF},
                                        {0xFFF9, 0xFFFB},
                                        {0xE0000, 0xE007F},
                                        {0xF0000, 0x10FFFF}}};

constexpr std::array<Range, 5> combining{
    {{0x300, 0x36F}, {0x1AB0, 0x1AFF}, {0x200C, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE2F}}};

// As terminals draw them: Hangul, Chinese, Japanese, full-width forms, pictographs.
constexpr std::array<Range, 10> wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};

char32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0);
  char32_t c = byte(0) & (0xFFu >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) c = (c << 6) | (byte(i) & 0x3Fu);
  return c;
}

std::string escaped(char32_t c) {
  std::array<char, 16> text{};
  const char* format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
  std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(c));
  return text.data();
}

// "\x1b[1;31m" at `at`: its length; 0 if there is none.
std::size_t colour_length(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\x1b[") return 0;
  const auto end = text.find_first_not_of("0123456789;:", at + 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 - at : 0;
}

std::string safe(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t colour = colour_length(text, at)) {
      at += colour;
      continue;
    }
    const char c = text[at];
    const std::size_t length = character_length(text, at);
    if (c == '\n' || c == '\t') {
      out += keep_lines ? std::string(1, c) : c == '\n' ? "\\n" : "\\t";
    } else if (length == 0) {
      out += escaped(static_cast<unsigned char>(c));
    } else if (const char32_t point = code_point(text.substr(at, length)); is_in(unsafe, point)) {
      out += escaped(point);
    } else {
      out += text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return out;
}

std::size_t width(char32_t c) {
  return is_in(combining, c) ? 0 : is_in(wide, c) ? 2 : 1;
}

}  // namespace

std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  const unsigned second = byte(at + 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool no_character = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
  return overlong || no_character ? 0 : length;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string printable(std::string_view text) {
  return safe(text, true);
}

std::string one_line(std::string_view text) {
  return safe(text, false);
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    columns += length == 0 ? 1 : width(code_point(text.substr(at, length)));
    at += length == 0 ? 1 : length;
  }
  return columns;
}

std::string clip(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  if (columns == 0) return "";
  std::size_t at = 0, taken = 0;  // one column is for the mark
  while (at < text.size()) {
    const std::size_t length = character_length(text, at);
    const std::size_t here = length == 0 ? 1 : width(code_point(std::string_view(text).substr(at, length)));
    if (taken + here > columns - 1) break;
    taken += here;
    at += length == 0 ? 1 : length;
  }
  return text.substr(0, at) + "…";
}

std::string shell_word(const std::string& text) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace sibyl
