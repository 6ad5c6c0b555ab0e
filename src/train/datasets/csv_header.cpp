#include "train/datasets/csv_header.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

/// "2019", "-3"
bool is_whole(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

/// What stands in a column, below its first cell, in the lines that one has to look at.
struct Below {
  std::size_t numbers = 0, whole = 0, quoted_numbers = 0, words = 0;
};

Below below(const Csv& csv, std::size_t column) {
  Below below;
  constexpr std::size_t enough = 1000;
  for (std::size_t row = 1; row < std::min(csv.rows(), enough); ++row) {
    const std::string_view cell = csv.cell(row, column);
    if (csv.number(row, column)) {
      ++below.numbers;
      below.whole += is_whole(cell);
      below.quoted_numbers += csv.quoted(row, column);
    } else if (!is_missing(cell)) {
      ++below.words;
    }
  }
  return below;
}

/// Each is more than the last by the same: by 1 if they are few, since three numbers soon happen to be so.
bool count_up(const std::vector<double>& numbers) {
  if (numbers.size() < 3) return false;
  const double step = numbers[1] - numbers[0];
  if (step == 0 || (numbers.size() == 3 && step != 1)) return false;
  for (std::size_t i = 2; i < numbers.size(); ++i) {
    if (numbers[i] - numbers[i - 1] != step) return false;
  }
  return true;
}

/// Of a first line, no cell of which tells by its kind.
bool may_name_columns(const std::vector<double>& numbers, std::size_t above_fractions) {
  const bool distinct = std::set<double>(numbers.begin(), numbers.end()).size() == numbers.size();
  return distinct && (count_up(numbers) || above_fractions >= 2);
}

[[noreturn]] void ask(const Csv& csv) {
  constexpr std::size_t enough = 5;
  std::string cells;
  for (std::size_t i = 0; i < std::min(csv.columns(), enough); ++i)
    cells += (i > 0 ? ", " : "") + std::string(csv.cell(0, i));
  if (csv.columns() > enough) cells += ", ...";
  refuse(
      csv.file(),
      "its first line, " + cells +
          ", may be a sample, or name the columns: say which, with CsvOptions{.header = true} or false (--data FILE,header=yes or FILE,header=no)");
}

}  // namespace

char find_decimal(const Csv& csv, char separator) {
  if (separator == ',') return '.';
  bool comma = false;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    for (std::size_t column = 0; column < csv.columns(); ++column) {
      const std::string_view cell = csv.cell(row, column);
      if (cell.find('.') != std::string_view::npos && to_number(cell)) return '.';
      if (!comma) comma = cell.find(',') != std::string_view::npos && to_number(cell, ',');
    }
  }
  return comma ? ',' : '.';
}

bool has_header(const Csv& csv) {
  std::vector<double> numbers;      // of the first line
  std::size_t above_fractions = 0;  // of those
  bool all_whole = true;
  for (std::size_t column = 0; column < csv.columns(); ++column) {
    const std::string_view first = csv.cell(0, column);
    const Below there = below(csv, column);
    if (const auto number = csv.number(0, column)) {
      if (there.numbers == 0 && there.words > 1) return true;
      if (csv.quoted(0, column) && there.numbers > 0 && there.quoted_numbers == 0) return true;
      numbers.push_back(*number);
      all_whole = all_whole && is_whole(first);
      above_fractions += there.numbers > 0 && there.whole == 0;
    } else if (!is_missing(first) && there.numbers > there.words) {
      return true;
    }
  }
  if (csv.rows() == 1) return numbers.empty();
  if (all_whole && may_name_columns(numbers, above_fractions)) ask(csv);
  return false;
}

}  // namespace sibyl
