#include "sibyl/data/table.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/numbers.hpp"
#include "train/datasets/input_file.hpp"
#include "train/datasets/table_columns.hpp"

namespace sibyl {

namespace {

/// A label without one: empty, or what pandas takes for nothing.
bool is_missing_class(const Csv& csv, std::size_t row, std::size_t column) {
  const std::string_view cell = csv.cell(row, column);
  if (cell.empty()) return true;
  if (csv.quoted(row, column) || !is_no_category(cell)) return false;
  return cell == "?" || !csv.options().na_is_a_class;
}

[[noreturn]] void refuse_missing_class(const Csv& csv, std::size_t row, std::size_t column) {
  const std::string_view cell = csv.cell(row, column);
  if (cell.empty() || cell == "?") csv.refuse_cell(row, column, "the class is missing: leave the line out");
  csv.refuse_cell(
      row, column,
      "holds " + in_quotes(cell) +
          ": is the class missing, or is that its name? Leave such lines out, or quote the name, or set CsvOptions{.na_is_a_class = true} (--data FILE,na=class)");
}

/// A number as a text that all ways to write it have in common: 0 for 0.0, 1 for 01 and 1e0.
std::string canonical(std::string_view text, double number) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {  // may be longer than a double
    const auto zeros = std::min(text.find_first_not_of('0'), text.size() - 1);
    return std::string(text.substr(zeros));
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number == 0 ? 0 : number).ptr;
  return {buffer.data(), end};
}

/// 007, which may be another than 7.
bool is_code(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

/// What tells the column's classes apart: their texts, or, where all are numbers, these.
class Labels {
 public:
  Labels(const Csv& csv, std::size_t column) : csv_(csv), column_(column) {
    for (std::size_t row = 0; row < csv.rows() && numbers_; ++row)
      numbers_ = csv.number(row, column).has_value();
  }
  bool numbers() const { return numbers_; }
  std::string of(std::size_t row) const { return of(csv_.cell(row, column_), csv_.number(row, column_)); }
  std::string of(std::string_view text, std::optional<double> number) const {
    return numbers_ && number ? canonical(text, *number) : std::string(text);
  }

 private:
  const Csv& csv_;
  std::size_t column_;
  bool numbers_ = true;
};

/// The column's classes, each once, as they are written (the shortest way): in the order of numbers where all
/// are, else of the alphabet.
std::vector<std::string> distinct(const Csv& csv, std::size_t column, const Labels& labels) {
  std::map<std::string, std::string> written;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const std::string_view cell = csv.cell(row, column);
    auto& text = written.try_emplace(labels.of(row), cell).first->second;
    if (labels.numbers() && text != cell && (is_code(text) || is_code(cell)))
      csv.refuse_cell(row, column,
                      "holds the class " + in_quotes(cell) + ", and others are " + in_quotes(text) +
                          ": that is one number, written in two ways. Write one class in one way");
    if (cell.size() < text.size()) text = cell;
  }
  std::vector<std::string> names;
  for (const auto& [label, text] : written) names.push_back(text);
  if (labels.numbers()) {
    std::stable_sort(names.begin(), names.end(),
                     [&](const auto& a, const auto& b) { return *csv.number_of(a) < *csv.number_of(b); });
  } else {
    std::sort(names.begin(), names.end());
  }
  return names;
}

std::vector<std::string> counted(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

at::Tensor numbers(const Csv& csv, const std::vector<std::size_t>& columns) {
  at::Tensor all = at::empty(
      {static_cast<std::int64_t>(csv.rows()), static_cast<std::int64_t>(columns.size())}, at::kFloat);
  auto* next = all.data_ptr<float>();
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    for (const std::size_t column : columns) *next++ = number_of(csv, row, column);
  }
  return all;
}

Classes classes(const Csv& csv, std::size_t column, const std::vector<std::string>& known) {
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (is_missing_class(csv, row, column)) refuse_missing_class(csv, row, column);
  }
  const Labels labels(csv, column);
  const bool numbered = !csv.classes().empty();
  Classes found{.y = at::empty({static_cast<std::int64_t>(csv.rows())}, at::kLong), .names = known};
  if (known.empty()) found.names = numbered ? csv.classes() : distinct(csv, column, labels);
  const auto texts = numbered ? counted(found.names.size()) : found.names;  // what the cells say
  constexpr std::size_t most = 10000;
  if (texts.size() > most) {
    csv.refuse_cell(
        0, column,
        "the column has " + std::to_string(texts.size()) + " different texts, too many for classes");
  }
  std::unordered_map<std::string, std::int64_t> places;
  for (const std::string& text : texts)
    places.try_emplace(labels.of(text, csv.number_of(text)), static_cast<std::int64_t>(places.size()));
  auto* const y = found.y.data_ptr<std::int64_t>();
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const auto place = places.find(labels.of(row));
    if (place == places.end()) {
      std::string all;
      for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
      csv.refuse_cell(row, column,
                      "holds the class " + in_quotes(csv.cell(row, column)) + ", but the classes are " + all);
    }
    y[row] = place->second;
  }
  return found;
}

namespace {

/// Several label columns of two classes each, as 0 and 1.
at::Tensor labels_of(const Csv& csv, const std::vector<std::size_t>& columns, Table& table) {
  std::vector<at::Tensor> all;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Classes found = classes(csv, columns[i]);
    if (found.names.size() != 2)
      csv.refuse_cell(0, columns[i],
                      "the column has " + quantity(found.names.size(), "class") +
                          ": of several label columns each has two, such as no and yes");
    table.targets[i] += "=" + found.names[1];
    all.push_back(found.y.to(at::kFloat));
  }
  return at::stack(all, 1);
}

void take_targets(const Csv& csv, const std::vector<std::size_t>& columns, Target kind, Table& table) {
  for (const std::size_t column : columns)
    table.targets.push_back(csv.names().empty() ? std::to_string(column) : csv.names()[column]);
  if (columns.empty()) return;
  if (kind == Target::values) {
    table.y = numbers(csv, columns);
    if (columns.size() == 1) table.y = table.y.squeeze(1);
  } else if (columns.size() > 1) {
    table.y = labels_of(csv, columns, table);
  } else {
    Classes found = classes(csv, columns[0]);
    table.y = found.y;
    table.classes = std::move(found.names);
  }
}

}  // namespace

Table read_table(const std::filesystem::path& file, const TableOptions& options) {
  const Csv csv(file, options.csv);
  const auto places = [&](const Columns& columns) {
    std::vector<std::size_t> found;
    for (const std::string& each : columns) found.push_back(csv.column(each));
    return found;
  };
  const auto has = [](const std::vector<std::size_t>& all, std::size_t each) {
    return std::find(all.begin(), all.end(), each) != all.end();
  };
  const auto labels = places(options.target), dropped = places(options.drop), texts = places(options.text);
  const bool first_counts_rows = !csv.names().empty() && csv.names()[0].empty() && !has(labels, 0);
  Table table{.columns = {}, .y = {}, .targets = {}, .classes = {}, .decimal = csv.decimal()};
  for (std::size_t i = first_counts_rows ? 1 : 0; i < csv.columns(); ++i)
    if (!has(labels, i) && !has(dropped, i))
      table.columns.push_back(typed_column(csv, i, has(texts, i), options));
  if (table.columns.empty())
    refuse(file, csv.columns() == 1
                     ? "has one column only: besides what is to be said, there is nothing to say it from"
                     : "every column is dropped, or is what is to be said: there is nothing to say it from");
  take_targets(csv, labels, options.kind, table);
  return table;
}

}  // namespace sibyl
