#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sibyl/data/table.hpp"
#include "sibyl/error.hpp"
#include "train/preparation/date_parts.hpp"

// Sums are made in double, one number after the other: the same on every machine.
namespace sibyl {

namespace {

using Numbers = std::vector<double>;

/// The training rows' values that are there.
struct Present {
  Numbers values;
  std::int64_t gaps = 0;
};

Present present(const TableColumn& column, const std::vector<std::int64_t>& rows) {
  Present found;
  for (const std::int64_t row : rows) {
    const double value = column.values[static_cast<std::size_t>(row)];
    if (std::isnan(value))
      ++found.gaps;
    else
      found.values.push_back(value);
  }
  return found;
}

double median(Numbers values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

/// Adds what makes these values such as they should be.
void fit_scale(const Numbers& values, Scaling scaling, Numbers& shift, Numbers& scale) {
  double from = 0, width = 1;
  if (scaling == Scaling::standardise && !values.empty()) {
    const auto count = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    from = sum / count;
    for (const double value : values) squares += (value - from) * (value - from);
    width = std::sqrt(squares / count);
    if (!(width > 1e-12 * std::abs(from))) width = 1;  // rounding makes equal numbers vary a little
  } else if (scaling == Scaling::normalise && !values.empty()) {
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    from = *lowest;
    if (*highest > *lowest) width = *highest - *lowest;
  }
  shift.push_back(from);
  scale.push_back(width);
}

void fit_text(PreparedColumn& into, const TableColumn& column, const Numbers& places,
              const TableScaling& how) {
  std::vector<std::int64_t> counts(column.texts.size());
  for (const double place : places) ++counts[static_cast<std::size_t>(place)];
  std::int64_t most = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    if (counts[i] < how.min_count) {
      into.has_other = true;
      continue;
    }
    into.categories.push_back(column.texts[i]);
    if (counts[i] > most) into.fill = static_cast<double>(into.categories.size());
    most = std::max(most, counts[i]);
  }
  into.is_one_hot = into.categories.size() <= how.max_one_hot;
}

PreparedColumn fit(const TableColumn& column, const std::vector<std::int64_t>& rows,
                   const TableScaling& how) {
  Present found = present(column, rows);
  PreparedColumn into{.name = column.name, .kind = column.kind, .gaps = found.gaps, .date = column.date};
  into.has_indicator = found.gaps > 0;
  if (column.kind == ColumnKind::text) {
    fit_text(into, column, found.values, how);
    return into;
  }
  into.fill = median(found.values);
  Numbers values = std::move(found.values);
  values.insert(values.end(), static_cast<std::size_t>(found.gaps), into.fill);
  if (column.kind == ColumnKind::number) {
    fit_scale(values, how.scaling, into.shift, into.scale);
    return into;
  }
  const at::Tensor parts = date_parts(at::tensor(values, at::kDouble), column.has_times);
  for (std::int64_t i = 0; i < parts.size(1); ++i) {
    const at::Tensor part = parts.select(1, i).contiguous();
    const auto* const begin = part.data_ptr<double>();
    fit_scale({begin, begin + part.numel()}, how.scaling, into.shift, into.scale);
  }
  return into;
}

/// The table's cells as TablePreparation takes them.
at::Tensor raw_cells(const Table& table, const TablePreparation& preparation) {
  std::vector<at::Tensor> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    at::Tensor values = at::tensor(column.values, at::kDouble);
    if (column.kind == ColumnKind::text) {
      Numbers places;  // of the texts among the categories
      for (const std::string& text : column.texts)
        places.push_back(
            raw_cell({.name = {}, .kind = ColumnKind::text, .categories = preparation.columns[i].categories},
                     text, table.decimal));
      for (double& place : places) place = std::isnan(place) ? 0 : place;  // "NA" in quotes
      auto* const each = values.data_ptr<double>();
      for (std::int64_t row = 0; row < values.numel(); ++row)
        if (!std::isnan(each[row])) each[row] = places[static_cast<std::size_t>(each[row])];
    }
    columns.push_back(values);
  }
  return at::stack(columns, 1);
}

/// y in units of its deviation over the training rows.
void scale_target(Data& data) {
  TargetPreparation& target = data.preparation.target;
  const at::Tensor all = data.train.y.to(at::kDouble).reshape({data.train.size(), -1});
  for (std::int64_t i = 0; i < all.size(1); ++i) {
    const at::Tensor values = all.select(1, i).contiguous();
    const auto* const begin = values.data_ptr<double>();
    fit_scale({begin, begin + values.numel()}, Scaling::standardise, target.shift, target.scale);
  }
  const bool one = data.train.y.dim() == 1;
  const at::Tensor shift =
      one ? at::scalar_tensor(target.shift[0], at::kDouble) : at::tensor(target.shift, at::kDouble);
  const at::Tensor scale =
      one ? at::scalar_tensor(target.scale[0], at::kDouble) : at::tensor(target.scale, at::kDouble);
  for (Split* part : {&data.train, &data.validation, &data.test})
    if (part->size() > 0) part->y = ((part->y.to(at::kDouble) - shift) / scale).to(at::kFloat);
}

}  // namespace

Data prepare(const Table& table, const Parts& parts, std::uint64_t seed, const TableScaling& how) {
  const auto count = static_cast<std::int64_t>(table.columns.at(0).values.size());
  if (!table.y.defined()) throw Error("The table has no y: name its column, or set it.");
  if (table.y.size(0) != count)
    throw Error("The table has " + std::to_string(count) + " rows, and " + std::to_string(table.y.size(0)) +
                " values of what is to be said.");
  if (how.scale_target && (!table.y.is_floating_point() || !table.classes.empty()))
    throw Error("Classes have no scale: scale_target is for values.");
  Data data = split({.x = at::arange(count, at::kLong), .y = table.y}, parts, seed);
  const auto* const first = data.train.x.data_ptr<std::int64_t>();
  const std::vector<std::int64_t> rows(first, first + data.train.size());
  TablePreparation preparation{.decimal = table.decimal, .columns = {}};
  for (const TableColumn& column : table.columns) preparation.columns.push_back(fit(column, rows, how));
  const at::Tensor x = preparation.prepare(raw_cells(table, preparation));
  for (Split* part : {&data.train, &data.validation, &data.test})
    if (part->x.defined()) part->x = x.index_select(0, part->x);
  data.feature_names = preparation.features();
  data.class_names = table.classes;
  data.preparation.table = std::move(preparation);
  data.preparation.target.names = table.targets;
  if (how.scale_target) scale_target(data);
  return data;
}

}  // namespace sibyl
