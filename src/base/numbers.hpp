#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sibyl {

/// A number that is the whole of a text.
template <class T>
std::optional<T> read_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Numbers for people.

/// Four significant digits.
std::string short_number(double x);
/// "45 s", "3:05", "2:03:05", "3 d 04:05"
std::string duration(double seconds);
/// "99.3 %"
std::string percent(double share);
/// A smaller share is 0.0 %.
constexpr double least_percent = 0.0005;
/// "2048 MiB", "less than 1 MiB"
std::string mebibytes(std::uint64_t bytes);
/// "1 trial", "27 trials"
std::string quantity(std::uint64_t number, const std::string& noun);

}  // namespace sibyl
