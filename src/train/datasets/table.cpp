#include "train/datasets/table.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "train/datasets/input_file.hpp"

namespace sibyl {

namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t enough = 40;
  std::string quoted = "'";
  quoted.append(text.substr(0, enough)).append(text.size() > enough ? "...'" : "'");
  return quoted;
}

float number(const Csv& csv, std::size_t row, std::size_t column) {
  const std::string_view cell = csv.cell(row, column);
  if (is_missing(cell)) {
    csv.refuse_cell(row, column,
                    (cell.empty() ? "is empty" : "holds " + quoted(cell)) +
                        ": a number is missing; fill it in, or leave the line or the column out");
  }
  const auto number = to_number(cell);
  if (!number || !std::isfinite(static_cast<float>(*number))) {
    csv.refuse_cell(row, column,
                    "holds " + quoted(cell) + ", which is no " + (number ? "float" : "number") +
                        ": write numbers like 1.5 or 1e-3, and texts as a column of 0 and 1 for each");
  }
  return static_cast<float>(*number);
}

/// The column's texts, each once: in the order of numbers where all are, else of the alphabet.
std::vector<std::string> distinct(const Csv& csv, std::size_t column) {
  std::vector<std::string_view> texts;
  for (std::size_t row = 0; row < csv.rows(); ++row) texts.push_back(csv.cell(row, column));
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  if (std::all_of(texts.begin(), texts.end(), to_number)) {
    std::sort(texts.begin(), texts.end(), [](auto a, auto b) { return *to_number(a) < *to_number(b); });
  }
  return {texts.begin(), texts.end()};
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
    for (const std::size_t column : columns) *next++ = number(csv, row, column);
  }
  return all;
}

Classes classes(const Csv& csv, std::size_t column, const std::vector<std::string>& known) {
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (is_missing(csv.cell(row, column))) csv.refuse_cell(row, column, "the class is missing");
  }
  const bool numbered = !csv.classes().empty();
  Classes found{.y = at::empty({static_cast<std::int64_t>(csv.rows())}, at::kLong), .names = known};
  if (known.empty()) found.names = numbered ? csv.classes() : distinct(csv, column);
  const auto texts = numbered ? counted(found.names.size()) : found.names;  // what the cells say
  constexpr std::size_t most = 10000;
  if (texts.size() > most) {
    csv.refuse_cell(
        0, column,
        "the column has " + std::to_string(texts.size()) + " different texts, too many for classes");
  }
  auto* const y = found.y.data_ptr<std::int64_t>();
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const auto place = std::find(texts.begin(), texts.end(), csv.cell(row, column));
    if (place == texts.end()) {
      std::string all;
      for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
      csv.refuse_cell(row, column,
                      "holds the class " + quoted(csv.cell(row, column)) + ", but the classes are " + all);
    }
    y[row] = place - texts.begin();
  }
  return found;
}

Table read_table(const std::filesystem::path& file, const std::string& target, Target kind,
                 const CsvOptions& options) {
  const Csv csv(file, options);
  const std::size_t label = csv.column(target);
  const bool first_counts_rows = !csv.names().empty() && csv.names()[0].empty() && label != 0;
  Table table;
  std::vector<std::size_t> columns;
  for (std::size_t i = first_counts_rows ? 1 : 0; i < csv.columns(); ++i) {
    if (i == label) continue;
    columns.push_back(i);
    table.features.push_back(csv.names().empty() ? std::to_string(i) : csv.names()[i]);
  }
  if (columns.empty())
    refuse(file, "has one column only: besides what is to be said, there is nothing to say it from");
  table.all.x = numbers(csv, columns);
  if (kind == Target::values) {
    table.all.y = numbers(csv, {label}).squeeze(1);
  } else {
    Classes found = classes(csv, label);
    table.all.y = found.y;
    table.classes = std::move(found.names);
  }
  return table;
}

}  // namespace sibyl
