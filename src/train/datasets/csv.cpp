#include "sibyl/data/csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "base/numbers.hpp"
#include "train/datasets/csv_header.hpp"
#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

std::string at_line(std::int64_t line) {
  return "line " + std::to_string(line);
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

struct Row {
  std::vector<std::string_view> cells;
  std::vector<bool> quoted;
  bool empty() const { return cells.empty(); }
};

/// Are all commas of the line decimal ones, if this parts its cells?
bool leaves_decimal_commas(std::string_view line, char separator) {
  while (true) {
    const auto end = std::min(line.find(separator), line.size());
    const std::string_view cell = trimmed(line.substr(0, end));
    if (cell.find(',') != std::string_view::npos && !to_number(cell, ',')) return false;
    if (end == line.size()) return true;
    line.remove_prefix(end + 1);
  }
}

char find_separator(std::string_view first_line) {
  constexpr std::string_view candidates = ";,\t|";
  std::array<int, candidates.size()> found{};
  bool quoted = false;
  for (const char c : first_line) {
    if (c == '"') quoted = !quoted;
    if (const auto i = candidates.find(c); !quoted && i != std::string_view::npos) ++found[i];
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i] != ',' && found[i] > 0 && leaves_decimal_commas(first_line, candidates[i]))
      return candidates[i];
  }
  const auto most = std::max_element(found.begin(), found.end());
  return *most > 0 ? candidates[static_cast<std::size_t>(most - found.begin())] : ' ';
}

/// Reads a text cell by cell.
class Cutter {
 public:
  Cutter(const std::filesystem::path& file, char* begin, char* end, char separator)
      : file_(file), at_(begin), end_(end), separator_(separator) {}

  /// The next line that is not blank; none at the end.
  Row row() {
    Row row;
    if (!skip_blank_lines()) return row;
    row_line_ = line_;
    do {
      while (at_ < end_ && is_space(*at_) && *at_ != separator_) ++at_;
      row.quoted.push_back(at_ < end_ && *at_ == '"');
      row.cells.push_back(row.quoted.back() ? trimmed(quoted()) : cell());
    } while (another());
    return row;
  }
  std::int64_t line() const { return row_line_; }

 private:
  bool skip_blank_lines() {
    while (true) {
      const bool by_spaces = separator_ == ' ';
      while (at_ < end_ && is_space(*at_) && (by_spaces || *at_ != separator_)) ++at_;
      if (at_ == end_) return false;
      if (*at_ != '\n' && *at_ != '\r') return true;
      end_of_line();
    }
  }

  std::string_view cell() {
    char* const begin = at_;
    while (at_ < end_ && !ends_cell(*at_)) ++at_;
    return trimmed({begin, static_cast<std::size_t>(at_ - begin)});
  }

  /// After a cell: does another one follow in this line?
  bool another() {
    if (separator_ == ' ') {
      while (at_ < end_ && is_space(*at_)) ++at_;
      if (at_ < end_ && *at_ != '\n' && *at_ != '\r') return true;
    } else if (at_ < end_ && *at_ == separator_) {
      ++at_;
      return true;
    }
    end_of_line();
    return false;
  }

  bool ends_cell(char c) const {
    return c == '\n' || c == '\r' || c == separator_ || (separator_ == ' ' && c == '\t');
  }

  void end_of_line() {
    if (at_ < end_ && *at_ == '\r') ++at_;
    if (at_ < end_ && *at_ == '\n') ++at_;
    ++line_;
  }

  std::string_view quoted() {
    const std::int64_t began = line_;
    char* const begin = ++at_;
    char* out = begin;  // a doubled quote becomes one: the text is shortened in place
    while (at_ < end_ && (*at_ != '"' || (at_ + 1 < end_ && at_[1] == '"'))) {
      if (*at_ == '"') ++at_;
      if (*at_ == '\n') ++line_;
      *out++ = *at_++;
    }
    if (at_ == end_) refuse(file_, at_line(began) + ": a quote (\") is opened but not closed");
    ++at_;
    while (at_ < end_ && is_space(*at_) && !ends_cell(*at_)) ++at_;
    if (at_ < end_ && !ends_cell(*at_)) refuse(file_, at_line(line_) + ": text follows a closing quote (\")");
    return {begin, static_cast<std::size_t>(out - begin)};
  }

  const std::filesystem::path& file_;
  char* at_;
  char* end_;
  char separator_;
  std::int64_t line_ = 1;      // where it is
  std::int64_t row_line_ = 1;  // where the latest row began
};

/// "150,4,setosa,versicolor,virginica" before lines of 4 + 1 cells.
bool is_scikit_learn(const Row& first, const Row& second) {
  const auto& cells = first.cells;
  return cells.size() > 2 && to_number(cells[0]) &&
         to_number(cells[1]) == static_cast<double>(second.cells.size()) - 1 &&
         std::none_of(cells.begin() + 2, cells.end(), [](auto cell) { return to_number(cell).has_value(); });
}

}  // namespace

std::optional<double> to_number(std::string_view text, char decimal) {
  std::string with_point;
  if (decimal != '.') {
    if (text.find('.') != std::string_view::npos) return {};
    with_point = text;
    std::replace(with_point.begin(), with_point.end(), decimal, '.');
    text = with_point;
  }
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto number = read_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

bool is_missing(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 7> missing = {"", "na", "n/a", "nan", "null", "none", "?"};
  return std::find(missing.begin(), missing.end(), lower) != missing.end();
}

bool is_no_category(std::string_view text) {
  constexpr std::array<std::string_view, 10> nothing = {"",    "?",   "NA",   "N/A",  "n/a",
                                                        "NaN", "nan", "NULL", "null", "None"};
  return std::find(nothing.begin(), nothing.end(), text) != nothing.end();
}

Csv::Csv(const std::filesystem::path& file, const CsvOptions& options)
    : file_(file), options_(options), text_(InputFile(file).read_all()) {
  if (std::find(text_.begin(), text_.end(), 0) != text_.end()) {
    refuse(file_, "holds a zero byte: it is no text, or damaged (it has to be UTF-8)");
  }
  char* begin = reinterpret_cast<char*>(text_.data());
  char* const end = begin + text_.size();
  if (std::string_view(begin, text_.size()).starts_with("\xEF\xBB\xBF"))
    begin += 3;  // what some editors put first
  char separator = options.separator;
  constexpr std::string_view ends_of_line = "\r\n";
  if (!separator)
    separator =
        find_separator({begin, std::find_first_of(begin, end, ends_of_line.begin(), ends_of_line.end())});
  Cutter cutter(file_, begin, end, separator);

  Row row = cutter.row();
  if (row.empty()) refuse(file_, "is empty: it has to have a line for each sample");
  std::int64_t first_line = cutter.line();
  Row next = cutter.row();
  std::optional<double> promised;
  if (!options.header && is_scikit_learn(row, next)) {
    promised = to_number(row.cells[0]);
    for (std::size_t i = 2; i < row.cells.size(); ++i) {
      if (!row.cells[i].empty()) classes_.emplace_back(row.cells[i]);
    }
    row = std::move(next);
    first_line = cutter.line();
    next = cutter.row();
  }
  columns_ = row.cells.size();
  for (std::int64_t line = first_line; !row.empty(); next = cutter.row()) {
    if (row.cells.size() != columns_) {
      refuse(file_, at_line(line) + " has " + quantity(row.cells.size(), "cell") + ", but " +
                        at_line(first_line) + " has " + std::to_string(columns_));
    }
    cells_.insert(cells_.end(), row.cells.begin(), row.cells.end());
    quoted_.insert(quoted_.end(), row.quoted.begin(), row.quoted.end());
    lines_.push_back(line);
    row = std::move(next);
    line = cutter.line();
  }
  decimal_ = options.decimal ? options.decimal : find_decimal(*this, separator);
  if (options.header ? *options.header : !promised && has_header(*this)) take_header_away();
  if (lines_.empty()) refuse(file_, "has a header and nothing else: it has to have a line for each sample");
  if (promised && *promised != static_cast<double>(rows())) {
    refuse(file_, "has " + std::to_string(rows()) + " samples, but its first line promises " +
                      std::to_string(static_cast<std::int64_t>(*promised)) +
                      ": it is truncated, or was changed");
  }
}

void Csv::take_header_away() {
  const auto count = static_cast<std::ptrdiff_t>(columns_);
  names_.assign(cells_.begin(), cells_.begin() + count);
  cells_.erase(cells_.begin(), cells_.begin() + count);
  quoted_.erase(quoted_.begin(), quoted_.begin() + count);
  lines_.erase(lines_.begin());
  // By names that stand there twice a model would be given one column for another.
  for (std::size_t second = 0; second < columns_; ++second) {
    const auto first = std::find(names_.begin(), names_.end(), names_[second]) - names_.begin();
    if (static_cast<std::size_t>(first) < second && !names_[second].empty())
      refuse(file_, "has two columns named '" + names_[second] + "', at places " + std::to_string(first) +
                        " and " + std::to_string(second) +
                        " (from 0): give one of them another name, or say that the first line is no header");
  }
}

std::size_t Csv::column(const std::string& which) const {
  const auto found = std::find(names_.begin(), names_.end(), which);
  if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
  const auto place = read_number<std::int64_t>(which);
  const auto count = static_cast<std::int64_t>(columns_);
  if (place && *place >= -count && *place < count)
    return static_cast<std::size_t>(*place < 0 ? *place + count : *place);
  std::string there =
      "its " + std::to_string(columns_) + " columns have no names: say a place from 0, or -1 for the last";
  if (!names_.empty()) {
    there = "there are ";
    for (std::size_t i = 0; i < columns_; ++i) there += (i > 0 ? ", " : "") + names_[i];
  }
  refuse(file_, "there is no column '" + which + "': " + there);
}

void Csv::refuse_cell(std::size_t row, std::size_t column, const std::string& what) const {
  const std::string name = names_.empty() ? std::to_string(column) + " (from 0)" : "'" + names_[column] + "'";
  refuse(file_, at_line(lines_[row]) + ", column " + name + ": " + what);
}

}  // namespace sibyl
