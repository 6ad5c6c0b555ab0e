#include "train/datasets/table_columns.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace sibyl {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr std::array date_forms = {DateForm::year_first, DateForm::day_first, DateForm::month_first};

constexpr const char* write_numbers =
    "write numbers like 1.5 or 1e-3; a column of texts that look like numbers is one of texts if TableOptions{.text = ...} names it (--data FILE,text=COLUMN)";
constexpr const char* decimal_comma =
    "a decimal comma is understood where ; or tabs part the cells and no number has a point; write 1.5, or say it with CsvOptions{.decimal = ','} (--data FILE,decimal=comma)";

/// What the cells look like, and in which form all the dates are.
struct Counts {
  std::size_t numbers = 0, dates = 0, words = 0, with_comma = 0;
  std::array<std::size_t, date_forms.size()> of_form{};
};

Counts count(const Csv& csv, std::size_t column) {
  Counts counts;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const std::string_view cell = csv.cell(row, column);
    if (is_missing(cell)) continue;
    if (csv.number(row, column)) {
      ++counts.numbers;
      continue;
    }
    bool is_date = false;
    for (std::size_t i = 0; i < date_forms.size(); ++i) {
      if (!to_day(cell, date_forms.at(i))) continue;
      ++counts.of_form.at(i);
      is_date = true;
    }
    ++(is_date ? counts.dates : counts.words);
    counts.with_comma += to_number(cell, ',').has_value();
  }
  return counts;
}

/// That of most dates; where the day and the month may each be first, what the options say.
DateForm form_of(const Csv& csv, std::size_t column, const Counts& counts, const TableOptions& options) {
  const auto [year_first, day_first, month_first] = counts.of_form;
  if (year_first >= day_first && year_first >= month_first) return DateForm::year_first;
  if (options.day_first) return DateForm::day_first;
  if (options.month_first) return DateForm::month_first;
  if (day_first != month_first) return day_first > month_first ? DateForm::day_first : DateForm::month_first;
  std::size_t row = 0;
  while (!to_day(csv.cell(row, column), DateForm::day_first)) ++row;
  csv.refuse_cell(
      row, column,
      "holds the date " + in_quotes(csv.cell(row, column)) +
          ", and nothing in the column tells the day from the month: say it with TableOptions{.day_first = true} or .month_first (--data FILE,dates=day_first or FILE,dates=month_first)");
}

void take_numbers(TableColumn& into, const Csv& csv, std::size_t column) {
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const bool is_gap = is_missing(csv.cell(row, column));
    const auto number = is_gap ? std::nullopt : csv.number(row, column);
    if (!is_gap && (!number || !std::isfinite(static_cast<float>(*number)))) refuse_number(csv, row, column);
    into.values.push_back(is_gap ? gap : *number);
  }
}

void take_dates(TableColumn& into, const Csv& csv, std::size_t column) {
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const std::string_view cell = csv.cell(row, column);
    const auto day = to_day(cell, into.date);
    if (!day && !is_missing(cell))
      csv.refuse_cell(
          row, column,
          "holds " + in_quotes(cell) + ", which is no date, or is written otherwise than most of the column");
    into.values.push_back(day ? *day : gap);
    into.has_times = into.has_times || (day && *day != std::floor(*day));
  }
}

void take_texts(TableColumn& into, const Csv& csv, std::size_t column) {
  const auto is_gap = [&](std::size_t row) {
    const std::string_view cell = csv.cell(row, column);
    return is_no_category(cell) &&
           (cell.empty() || !(csv.quoted(row, column) || csv.options().na_is_a_class));
  };
  std::map<std::string_view, double> places;
  for (std::size_t row = 0; row < csv.rows(); ++row)
    if (!is_gap(row)) places.emplace(csv.cell(row, column), 0);
  for (auto& [text, place] : places) {
    place = static_cast<double>(into.texts.size());
    into.texts.emplace_back(text);
  }
  for (std::size_t row = 0; row < csv.rows(); ++row)
    into.values.push_back(is_gap(row) ? gap : places.at(csv.cell(row, column)));
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t enough = 40;
  std::string quoted = "'";
  quoted.append(text.substr(0, enough)).append(text.size() > enough ? "...'" : "'");
  return quoted;
}

void refuse_number(const Csv& csv, std::size_t row, std::size_t column) {
  const std::string_view cell = csv.cell(row, column);
  const bool is_number = csv.number(row, column).has_value();
  csv.refuse_cell(row, column,
                  "holds " + in_quotes(cell) + ", which is no " + (is_number ? "float" : "number") + ": " +
                      (!is_number && to_number(cell, ',') ? decimal_comma : write_numbers));
}

float number_of(const Csv& csv, std::size_t row, std::size_t column) {
  const std::string_view cell = csv.cell(row, column);
  if (is_missing(cell)) {
    csv.refuse_cell(row, column,
                    (cell.empty() ? "is empty" : "holds " + in_quotes(cell)) +
                        ": a number is missing; fill it in, or leave the line out");
  }
  const auto number = csv.number(row, column);
  if (!number || !std::isfinite(static_cast<float>(*number))) refuse_number(csv, row, column);
  return static_cast<float>(*number);
}

TableColumn typed_column(const Csv& csv, std::size_t column, bool is_text, const TableOptions& options) {
  TableColumn into{.name = csv.names().empty() ? std::to_string(column) : csv.names()[column]};
  const Counts counts = count(csv, column);
  if (!is_text && counts.numbers >= counts.dates + counts.words) {
    take_numbers(into, csv, column);
  } else if (!is_text && counts.dates >= counts.words) {
    into.kind = ColumnKind::date;
    into.date = form_of(csv, column, counts, options);
    take_dates(into, csv, column);
  } else {
    std::size_t row = 0;
    if (!is_text && 2 * counts.with_comma >= counts.words) {
      while (!to_number(csv.cell(row, column), ',')) ++row;
      refuse_number(csv, row, column);
    }
    into.kind = ColumnKind::text;
    take_texts(into, csv, column);
  }
  return into;
}

}  // namespace sibyl
