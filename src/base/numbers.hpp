#pragma once

#include <string>

namespace sibyl {

// Numbers for people.

/// Four significant digits.
std::string short_number(double x);
/// "45 s", "3:05", "2:03:05", "3 d 04:05"
std::string duration(double seconds);
std::string percent(double share);

}  // namespace sibyl
