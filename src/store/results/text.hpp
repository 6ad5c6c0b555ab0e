#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sibyl/search_space.hpp"

namespace sibyl {

/// The text as HDF5 and its readers take it: UTF-8 without NUL; a byte that is neither becomes '?'.
std::string clean_utf8(std::string_view text);

/// At most `bytes` of valid UTF-8, cut between characters, "..." at the end where something is missing.
std::string shorten(const std::string& text, std::size_t bytes);

/// "2026-03-01T12:00:00Z"; empty for NaN and what is no time.
std::string iso_time(double seconds_since_1970);

/// A string, a value, a list of values as JSON.
std::string json(std::string_view text);
std::string json(const Value& value);
std::string json(const std::vector<Value>& values);
/// An object.
std::string json(const std::map<std::string, std::string>& texts);

}  // namespace sibyl
