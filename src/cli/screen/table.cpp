#include "cli/screen/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <ostream>

#include "base/numbers.hpp"
#include "base/text.hpp"

namespace sibyl {

namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.+-e%") == std::string::npos;
}

constexpr std::string_view gap = "  ";

}  // namespace

void TextTable::give_way(std::vector<std::string> names) {
  giving_way_ = std::move(names);
  for (std::string& name : giving_way_) name = one_line(name);  // as they stand in the header
}

void TextTable::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = one_line(cell);
  if (!rows_.empty()) row.resize(rows_[0].size());
  rows_.push_back(std::move(row));
}

TextTable::Column TextTable::measure(std::size_t place) const {
  constexpr std::size_t least_word = 12, least_header = 8;
  std::size_t cells = 0;
  bool to_right = true;
  for (std::size_t row = 1; row < rows_.size(); ++row) {
    const std::string& cell = rows_[row][place];
    cells = std::max(cells, columns_of(cell));
    if (!cell.empty() && !is_number(cell)) to_right = false;
  }
  const std::size_t header = columns_of(rows_[0][place]);
  // Half a number is worse than none.
  return {place, std::max(header, cells),
          std::max(std::min(header, least_header), to_right ? cells : std::min(cells, least_word)), to_right};
}

bool TextTable::is_empty(std::size_t place) const {
  return rows_.size() > 1 &&
         std::all_of(rows_.begin() + 1, rows_.end(), [&](const auto& row) { return row[place].empty(); });
}

namespace {

std::size_t sum(const auto& columns, auto member) {
  std::size_t sum = 0;
  for (const auto& each : columns) sum += each.*member + gap.size();
  return sum;
}

}  // namespace

std::size_t TextTable::width() const {
  std::vector<Column> columns;
  for (std::size_t place = 0; place < rows_[0].size(); ++place) columns.push_back(measure(place));
  return sum(columns, &Column::width);
}

std::vector<std::string> TextTable::print(std::ostream& out, int width) const {
  const auto room = width > 0 ? static_cast<std::size_t>(width) : std::numeric_limits<std::size_t>::max();
  std::vector<Column> columns;
  for (std::size_t place = 0; place < rows_[0].size(); ++place) columns.push_back(measure(place));

  const auto gives_way = [&](const Column& column) {
    return std::find(giving_way_.begin(), giving_way_.end(), rows_[0][column.place]) != giving_way_.end();
  };
  std::erase_if(columns, [&](const Column& each) { return gives_way(each) && is_empty(each.place); });
  std::vector<std::string> left_out;
  for (const std::string& name : giving_way_) {
    if (sum(columns, &Column::least) <= room) break;
    if (std::erase_if(columns, [&](const Column& each) { return rows_[0][each.place] == name; }) > 0)
      left_out.push_back(name);
  }
  for (std::size_t whole = sum(columns, &Column::width); whole > room; --whole) {
    const auto widest =
        std::max_element(columns.begin(), columns.end(), [](const Column& a, const Column& b) {
          return (a.width > a.least ? a.width : 0) < (b.width > b.least ? b.width : 0);
        });
    if (widest->width <= widest->least) break;
    --widest->width;
  }
  for (const auto& row : rows_) {
    std::string line;
    for (const Column& column : columns) {
      const std::string cell = clip(row[column.place], column.width);
      const std::string pad(column.width - columns_of(cell), ' ');
      line += gap;
      line += column.to_right ? pad + cell : cell + pad;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << clip(line, room) << '\n';
  }
  return left_out;
}

std::string short_text(const Value& value) {
  if (const auto* x = std::get_if<double>(&value)) return short_number(*x);
  return to_string(value);
}

std::string short_text(const Values& values) {
  std::string text;
  for (const auto& [name, value] : values)
    text += (text.empty() ? "" : ", ") + one_line(name + " " + short_text(value));
  return text;
}

Values searched(const Values& values, const SearchSpace& space) {
  Values searched;
  for (const auto& [name, value] : values)
    if (space.searches(name)) searched.emplace(name, value);
  return searched;
}

}  // namespace sibyl
