#include "cli/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace sibyl {

namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.+-e%") == std::string::npos;
}

}  // namespace

void TextTable::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_[0].size(), 0);
  std::vector<bool> to_right(rows_[0].size(), true);
  for (std::size_t row = 0; row < rows_.size(); ++row)
    for (std::size_t column = 0; column < widths.size(); ++column) {
      const std::string& cell = rows_[row][column];
      widths[column] = std::max(widths[column], cell.size());
      if (row > 0 && !cell.empty() && !is_number(cell)) to_right[column] = false;
    }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t column = 0; column < widths.size(); ++column) {
      const std::string pad(widths[column] - row[column].size(), ' ');
      line += (column == 0 ? "  " : "  ") + (to_right[column] ? pad + row[column] : row[column] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string short_number(double x) {
  if (std::isnan(x)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

std::string short_text(const Value& value) {
  if (const auto* x = std::get_if<double>(&value)) return short_number(*x);
  return to_string(value);
}

std::string short_text(const Values& values) {
  std::string text;
  for (const auto& [name, value] : values)
    text += (text.empty() ? "" : ", ") + name + " " + short_text(value);
  return text;
}

Values searched(const Values& values, const SearchSpace& space) {
  Values searched;
  for (const auto& each : values)
    if (space.searches(each.first)) searched.insert(each);
  return searched;
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

}  // namespace sibyl
