#include <array>
#include <cctype>
#include <cmath>

#include "base/numbers.hpp"
#include "sibyl/data/preparation.hpp"

// What is decided here is written a second time in script.cpp, for Python.
namespace sibyl {

namespace {

constexpr double seconds_a_day = 86400;

/// The whole number that all of the text is, of so many digits; -1: none.
int digits(std::string_view text, std::size_t fewest, std::size_t most) {
  if (text.size() < fewest || text.size() > most) return -1;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    number = 10 * number + (c - '0');
  }
  return number;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days.at(static_cast<std::size_t>(month) - 1) + (leap && month == 2 ? 1 : 0);
}

/// Days since 1970-01-01 in the Gregorian calendar.
std::int64_t civil_day(std::int64_t year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = y / 400, of_era = y % 400;  // no year is below 1
  const std::int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<std::int64_t> date_of(std::string_view text, DateForm form) {
  std::array<std::string_view, 3> parts;
  char separator = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto end = std::min(text.find_first_of("-/."), text.size());
    if ((end == text.size()) != (i + 1 == parts.size())) return {};
    parts.at(i) = text.substr(0, end);
    if (end == text.size()) break;
    if (separator != 0 && text[end] != separator) return {};
    separator = text[end];
    text.remove_prefix(end + 1);
  }
  const bool year_first = form == DateForm::year_first, day_first = form == DateForm::day_first;
  const int year = digits(parts[year_first ? 0 : 2], 4, 4);
  const int month = digits(parts[form == DateForm::month_first ? 0 : 1], 1, 2);
  const int day = digits(parts[year_first ? 2 : day_first ? 0 : 1], 1, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return {};
  return civil_day(year, month, day);
}

/// "hh:mm", "hh:mm:ss" or "hh:mm:ss.fff" in seconds.
std::optional<double> time_of(std::string_view text) {
  const int hour = digits(text.substr(0, text.find(':')), 1, 2);
  if (hour < 0 || hour > 24 || text.find(':') == std::string_view::npos) return {};
  text.remove_prefix(text.find(':') + 1);
  const auto colon = std::min(text.find(':'), text.size());
  const int minute = digits(text.substr(0, colon), 2, 2);
  if (minute < 0 || minute > 59) return {};
  double seconds = 0;
  if (colon < text.size()) {
    text.remove_prefix(colon + 1);
    const auto point = std::min(text.find('.'), text.size());
    const auto read = read_number<double>(text);
    const bool is_plain = digits(text.substr(0, point), 2, 2) >= 0 &&
                          text.substr(std::min(point + 1, text.size())).find_first_not_of("0123456789") ==
                              std::string_view::npos;
    if (!read || !is_plain || *read >= 61) return {};
    seconds = *read;
  }
  return hour * 3600.0 + minute * 60.0 + seconds;
}

/// "Z", "+02:00", "-0530", "+02" at the end of a time: how far it is ahead of UTC, in seconds, and what
/// stands before it.
std::optional<double> take_zone(std::string_view& time) {
  if (time.ends_with('Z')) {
    time.remove_suffix(1);
    return 0;
  }
  const auto sign = time.find_last_of("+-");
  if (sign == std::string_view::npos) return 0;
  std::string zone(time.substr(sign + 1));
  const bool is_behind = time[sign] == '-';
  time = time.substr(0, sign);
  if (zone.size() > 2 && zone[2] == ':') zone.erase(2, 1);
  const int whole = digits(zone, 2, 4);
  if (whole < 0 || zone.size() == 3) return {};
  const int minutes = zone.size() == 2 ? 60 * whole : 60 * (whole / 100) + whole % 100;
  return is_behind ? -60.0 * minutes : 60.0 * minutes;
}

}  // namespace

std::optional<double> to_day(std::string_view text, DateForm form) {
  const auto gap = std::min(text.find_first_of("T "), text.size());
  const auto date = date_of(text.substr(0, gap), form);
  if (!date) return {};
  const auto day = static_cast<double>(*date);
  if (gap == text.size()) return day;
  std::string_view time = text.substr(gap + 1);
  const auto zone = take_zone(time);
  const auto seconds = time_of(time);
  if (!zone || !seconds) return {};
  return day + (*seconds - *zone) / seconds_a_day;
}

}  // namespace sibyl
