#include "base/numbers.hpp"

#include <cmath>
#include <cstdio>

namespace sibyl {

std::string short_number(double x) {
  if (std::isnan(x)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

std::string duration(double seconds) {
  if (!(seconds >= 0)) return "-";
  if (seconds > 1e12) return short_number(seconds / (365.25 * 86400)) + " years";
  char text[64];
  const auto whole = static_cast<long long>(std::llround(seconds));
  const int s = static_cast<int>(whole % 60), m = static_cast<int>(whole / 60 % 60);
  const long long h = whole / 3600;
  if (seconds < 9.95)
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (whole < 60)
    std::snprintf(text, sizeof text, "%d s", s);
  else if (h == 0)
    std::snprintf(text, sizeof text, "%d:%02d", m, s);
  else if (h < 48)
    std::snprintf(text, sizeof text, "%lld:%02d:%02d", h, m, s);
  else
    std::snprintf(text, sizeof text, "%lld d %02lld:%02d", h / 24, h % 24, m);
  return text;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

std::string mebibytes(std::uint64_t bytes) {
  const std::uint64_t count = (bytes + (1 << 19)) >> 20;
  return count > 0 ? std::to_string(count) + " MiB" : "less than 1 MiB";
}

std::string quantity(std::uint64_t number, const std::string& noun) {
  const std::string ending = number == 1 ? "" : noun.ends_with('s') ? "es" : "s";
  return std::to_string(number) + ' ' + noun + ending;
}

}  // namespace sibyl
