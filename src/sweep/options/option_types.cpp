#include "sweep/options/option_types.hpp"

#include <array>
#include <charconv>

#include "base/nearest.hpp"

namespace sibyl {

double parse_duration(const std::string& option, const std::string& text) {
  const std::map<char, double> units{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
  double seconds = 0, last_unit = 1e9;
  const char* at = text.data();
  const char* const end = at + text.size();
  bool good = true;
  while (good && at < end) {
    double count = 0;
    const auto [next, error] = std::from_chars(at, end, count);
    good = error == std::errc() && std::isfinite(count) && count >= 0;
    if (!good) break;
    const auto unit = next < end ? units.find(*next) : units.find('s');
    good = unit != units.end() && unit->second < last_unit;
    if (!good) break;
    last_unit = unit->second;
    seconds += count * unit->second;
    at = next < end ? next + 1 : end;
  }
  constexpr double hundred_years = 100 * 366 * 86400.0;
  if (!good || !(seconds > 0 && seconds <= hundred_years))
    throw UsageError("--" + option + " takes a time such as 3h55m, 90m or 45s, at most 100 years, not '" +
                     text + "'");
  return seconds;
}

std::string duration_text(double seconds) {
  const auto whole = [&](double unit) { return seconds > unit && std::fmod(seconds, unit) == 0; };
  if (seconds == 3600 || whole(3600)) return to_text(seconds / 3600) + "h";
  if (whole(60)) return to_text(seconds / 60) + "m";
  return to_text(seconds) + "s";
}

std::int64_t parse_size(const std::string& option, const std::string& text) {
  double count = 0;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::map<std::string, int> shifts{{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}};
  const auto shift = shifts.find(std::string(next, text.data() + text.size()));
  const double bytes = shift == shifts.end() ? -1 : std::ldexp(count, shift->second);
  if (error != std::errc() || !(bytes >= 0 && bytes < 1e18))
    throw UsageError("--" + option + " takes a size such as 500M or 2G, not '" + text + "'");
  return static_cast<std::int64_t>(bytes);
}

std::string size_text(std::int64_t bytes) {
  std::string unit;
  for (const char* next : {"K", "M", "G", "T"}) {
    if (bytes == 0 || bytes % 1024 != 0) break;
    bytes /= 1024;
    unit = next;
  }
  return std::to_string(bytes) + unit;
}

void check_word(const std::string& option, const std::string& word, const std::vector<std::string>& known) {
  std::string list;
  for (const auto& each : known) {
    if (each == word) return;
    list += (list.empty() ? "" : ", ") + each;
  }
  throw UsageError("--" + option + " " + word + did_you_mean(word, known) + ": there is " + list);
}

void require_text(const std::string& option, const std::string& text) {
  if (text.empty()) throw UsageError("--" + option + " is empty");
}

bool parse_flag(const std::string& option, const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw UsageError("--" + option + " takes true or false, not '" + text + "'");
}

namespace {

struct Text {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    std::array<char, 32> text{};  // the shortest that is read back as it is
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
  }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const std::vector<std::string>& value) const {
    std::string text;
    for (const std::string& each : value) text += (text.empty() ? "" : ", ") + each;
    return text.empty() ? "none" : text;
  }
  std::string operator()(const std::map<std::string, std::string>& value) const {
    std::vector<std::string> pairs;
    for (const auto& [name, each] : value) pairs.push_back(name + "=" + each);
    return (*this)(pairs);
  }
};

}  // namespace

std::string to_text(const OptionValue& value) {
  return std::visit(Text{}, value);
}

}  // namespace sibyl
