#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>
#define CXXOPTS_VECTOR_DELIMITER '\n'  // a comma belongs to the value: --inject segv=3,17
#include <cxxopts.hpp>

#include "core/error.hpp"

// Reads what stands behind an option. Everything here throws UsageError that says what is wrong with which
// option.
namespace sibyl {

/// What cxxopts makes of the words; for an option that it does not know, with the one that may have been
/// meant. `hint` is put behind its complaint.
cxxopts::ParseResult parse(cxxopts::Options options, int argc, const char* const* argv,
                           const std::string& hint);

/// A number, at least `least`; `value` is left as it is where the option is not given.
template <class T>
void read(const cxxopts::ParseResult& given, const std::string& name, T least, T& value) {
  if (given.count(name) == 0) return;
  if (given.count(name) > 1) throw UsageError("--" + name + " is given twice");
  const auto text = given[name].as<std::string>();
  const char* what = std::is_floating_point_v<T> ? "a number" : "a whole number";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = error == std::errc() && end == text.data() + text.size() && !(value < least);
  if constexpr (std::is_floating_point_v<T>) good = good && std::isfinite(value);
  if (!good)
    throw UsageError("--" + name + " takes " + what + ", at least " +
                     std::to_string(static_cast<std::int64_t>(least)) + ", not '" + text + "'");
}

/// A text that is not empty.
void read(const cxxopts::ParseResult& given, const std::string& name, std::string& value);

/// Seconds of "3h55m", "90m", "45s", "1d2h30m"; a bare number is of seconds.
double parse_duration(const std::string& name, const std::string& text);

/// Bytes of "500M", "2G"; a bare number is of bytes.
std::int64_t parse_size(const std::string& name, const std::string& text);

void check_word(const std::string& name, const std::string& word, const std::vector<std::string>& known);

}  // namespace sibyl
