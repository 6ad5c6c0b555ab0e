#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <limits>

#include "sibyl/data/csv.hpp"
#include "sibyl/data/preparation.hpp"
#include "sibyl/error.hpp"
#include "train/preparation/date_parts.hpp"

// What is done to numbers here is written a second time in script.cpp, for Python.
namespace sibyl {

namespace {

at::Tensor doubles(const std::vector<double>& numbers) {
  return at::tensor(numbers, at::kDouble);
}

/// Places in the table of those columns that are wanted.
template <class Wanted>
std::vector<std::int64_t> columns_where(const std::vector<PreparedColumn>& columns, const Wanted& wanted) {
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (wanted(columns[i])) found.push_back(static_cast<std::int64_t>(i));
  return found;
}

at::Tensor filled(const at::Tensor& values, double fill) {
  return at::where(at::isnan(values), at::full({}, fill, at::kDouble), values);
}

at::Tensor numbers(const std::vector<PreparedColumn>& columns, const std::vector<std::int64_t>& which,
                   const at::Tensor& raw) {
  std::vector<double> fill, shift, scale;
  for (const std::int64_t place : which) {
    const PreparedColumn& column = columns[static_cast<std::size_t>(place)];
    fill.push_back(column.fill);
    shift.push_back(column.shift.at(0));
    scale.push_back(column.scale.at(0));
  }
  const at::Tensor values = raw.index_select(1, at::tensor(which, at::kLong));
  return (at::where(at::isnan(values), doubles(fill), values) - doubles(shift)) / doubles(scale);
}

at::Tensor categories(const PreparedColumn& column, const at::Tensor& values) {
  const at::Tensor place = filled(values, column.fill).unsqueeze(1);
  if (!column.is_one_hot) return place;
  const auto count = static_cast<std::int64_t>(column.categories.size());
  return place.eq(at::arange(column.has_other ? 0 : 1, count + 1, at::kDouble)).to(at::kDouble);
}

}  // namespace

at::Tensor date_parts(const at::Tensor& days, bool hours) {
  const at::Tensor day = days.floor();
  const auto quotient = [](const at::Tensor& a, std::int64_t b) { return at::div(a, b, "floor"); };
  const at::Tensor z = day.to(at::kLong) + 719468;
  const at::Tensor of_era = z - quotient(z, 146097) * 146097;
  const at::Tensor year =
      quotient(of_era - quotient(of_era, 1460) + quotient(of_era, 36524) - quotient(of_era, 146096), 365);
  const at::Tensor of_year = of_era - (year * 365 + quotient(year, 4) - quotient(year, 100));
  const at::Tensor march = quotient(of_year * 5 + 2, 153);  // months since it
  std::vector<at::Tensor> parts = {days, at::where(march < 10, march + 3, march - 9).to(at::kDouble),
                                   at::remainder(day + 3, 7)};
  if (hours) parts.push_back((days - day) * 24);
  return at::stack(parts, 1);
}

std::vector<std::string> TablePreparation::features() const {
  std::vector<std::string> names;
  for (const PreparedColumn& column : columns)
    if (column.kind == ColumnKind::number) names.push_back(column.name);
  for (const PreparedColumn& column : columns) {
    if (column.kind != ColumnKind::date) continue;
    constexpr std::array parts = {"", " month", " weekday", " hour"};
    for (std::size_t i = 0; i < column.shift.size(); ++i) names.push_back(column.name + parts.at(i));
  }
  for (const PreparedColumn& column : columns) {
    if (column.kind != ColumnKind::text) continue;
    if (!column.is_one_hot) {
      names.push_back(column.name);
      continue;
    }
    if (column.has_other) names.push_back(column.name + "=(other)");
    for (const std::string& category : column.categories) names.push_back(column.name + "=" + category);
  }
  for (const PreparedColumn& column : columns)
    if (column.has_indicator) names.push_back(column.name + " missing");
  return names;
}

std::vector<PlaceFeature> TablePreparation::places() const {
  std::vector<PlaceFeature> found;
  std::int64_t feature = 0;
  for (const PreparedColumn& column : columns)
    feature += static_cast<std::int64_t>(column.shift.size());  // none of a text
  for (const PreparedColumn& column : columns) {
    if (column.kind != ColumnKind::text) continue;
    const auto count = static_cast<std::int64_t>(column.categories.size());
    if (!column.is_one_hot) found.push_back({.feature = feature, .count = count + 1});
    feature += column.is_one_hot ? count + (column.has_other ? 1 : 0) : 1;
  }
  return found;
}

at::Tensor TablePreparation::prepare(const at::Tensor& raw) const {
  if (raw.dim() != 2 || raw.size(1) != static_cast<std::int64_t>(columns.size()))
    throw Error("The table's preparation takes (rows, " + std::to_string(columns.size()) +
                "): a number for each cell.");
  const at::Tensor cells = raw.to(at::kDouble);
  std::vector<at::Tensor> parts;
  const auto of = [&](ColumnKind kind) {
    return columns_where(columns, [&](const PreparedColumn& column) { return column.kind == kind; });
  };
  if (const auto which = of(ColumnKind::number); !which.empty())
    parts.push_back(numbers(columns, which, cells));
  for (const std::int64_t place : of(ColumnKind::date)) {
    const PreparedColumn& column = columns[static_cast<std::size_t>(place)];
    const at::Tensor days = filled(cells.select(1, place), column.fill);
    parts.push_back((date_parts(days, column.shift.size() > 3) - doubles(column.shift)) /
                    doubles(column.scale));
  }
  for (const std::int64_t place : of(ColumnKind::text))
    parts.push_back(categories(columns[static_cast<std::size_t>(place)], cells.select(1, place)));
  if (const auto which =
          columns_where(columns, [](const PreparedColumn& each) { return each.has_indicator; });
      !which.empty())
    parts.push_back(at::isnan(cells.index_select(1, at::tensor(which, at::kLong))).to(at::kDouble));
  return at::cat(parts, 1).to(at::kFloat);
}

at::Tensor apply_steps(const std::vector<ArrayStep>& steps, at::Tensor x) {
  if (steps.empty()) return x;
  x = x.to(at::kFloat);
  for (const ArrayStep& step : steps) {
    switch (step.kind) {
      case ArrayStep::Kind::reshape: {
        std::vector<std::int64_t> sizes = {x.size(0)};
        sizes.insert(sizes.end(), step.sizes.begin(), step.sizes.end());
        x = x.reshape(sizes);
        break;
      }
      case ArrayStep::Kind::channels_first:
        if (x.dim() == 4 && x.size(1) != step.sizes.at(0) && x.size(3) == step.sizes.at(0))
          x = x.permute({0, 3, 1, 2}).contiguous();
        break;
      case ArrayStep::Kind::resize:
        x = at::upsample_bilinear2d(x.contiguous(), step.sizes, /*align_corners=*/false);
        break;
      case ArrayStep::Kind::scale:
        x = (x - step.shift.to(x.device())) / step.scale.to(x.device());
        break;
    }
  }
  return x;
}

at::Tensor Preparation::prepare(const at::Tensor& raw) const {
  return apply_steps(steps, table ? table->prepare(raw) : raw);
}

double raw_cell(const PreparedColumn& column, std::string_view text, char decimal) {
  constexpr double gap = std::numeric_limits<double>::quiet_NaN();
  const auto refuse_as = [&](const char* what) -> Error {
    return Error("holds '" + std::string(text.substr(0, 40)) + "', which is no " + what);
  };
  if (column.kind == ColumnKind::text) {
    const auto found = std::lower_bound(column.categories.begin(), column.categories.end(), text);
    if (found != column.categories.end() && *found == text)
      return static_cast<double>(found - column.categories.begin() + 1);
    return is_no_category(text) ? gap : 0;
  }
  if (is_missing(text)) return gap;
  const auto value = column.kind == ColumnKind::date ? to_day(text, column.date) : to_number(text, decimal);
  if (!value) throw refuse_as(column.kind == ColumnKind::date ? "date as this column has them" : "number");
  return *value;
}

}  // namespace sibyl
