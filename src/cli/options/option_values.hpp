#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>
#define CXXOPTS_VECTOR_DELIMITER '\n'  // a comma belongs to the value: --inject segv=3,17
#include <cxxopts.hpp>

#include "sibyl/error.hpp"

// Reads what stands behind an option. Everything here throws UsageError that says what is wrong with which
// option.
namespace sibyl {

/// What cxxopts makes of the words; for an option that it does not know, with the one that may have been
/// meant. `hint` is put behind its complaint.
cxxopts::ParseResult parse(cxxopts::Options options, int argc, const char* const* argv,
                           const std::string& hint);

/// A number from `least` to `most`, where more makes no sense; `value` is left as it is where the option is
/// not given.
template <class T>
void read(const cxxopts::ParseResult& given, const std::string& name, T least, T& value,
          T most = std::numeric_limits<T>::max()) {
  if (given.count(name) == 0) return;
  if (given.count(name) > 1) throw UsageError("--" + name + " is given twice");
  const auto text = given[name].as<std::string>();
  const std::string what = std::is_floating_point_v<T> ? "a number" : "a whole number";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = error == std::errc() && end == text.data() + text.size() && !(value < least) && !(value > most);
  if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
  if (good) return;
  const auto whole = [](T x) { return std::to_string(static_cast<std::int64_t>(x)); };
  const std::string range = most == std::numeric_limits<T>::max()
                                ? ", at least " + whole(least)
                                : " from " + whole(least) + " to " + whole(most);
  throw UsageError("--" + name + " takes " + what + range + ", not '" + text + "'");
}

/// A text that is not empty.
void read(const cxxopts::ParseResult& given, const std::string& name, std::string& value);

/// Seconds of "3h55m", "90m", "45s", "1d2h30m", at most 100 years; a bare number is of seconds.
double parse_duration(const std::string& name, const std::string& text);

/// Bytes of "500M", "2G"; a bare number is of bytes.
std::int64_t parse_size(const std::string& name, const std::string& text);

void check_word(const std::string& name, const std::string& word, const std::vector<std::string>& known);

}  // namespace sibyl
