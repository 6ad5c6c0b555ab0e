#include "core/space/thinned.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "core/space/grid.hpp"
#include "core/space/spread.hpp"

namespace sibyl {

namespace {

// As one would write it, and the same with every library's logarithm: 0.001, not 0.00099999999999999959.
double rounded(double x, const FloatRange& range) {
  constexpr int digits = 12;
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific, digits - 1);
  double shorter = x;
  std::from_chars(text, written.ptr, shorter);
  // Where min and max differ in their last digits only, these are needed.
  const bool is_near = std::abs(shorter - x) <= 1e-9 * (range.max - range.min);
  return is_near ? std::clamp(shorter, range.min, range.max) : x;
}

std::set<Value> values_of(const FloatRange& range, int points) {
  std::set<Value> values{range.min, range.max};
  for (int i = 1; i + 1 < points; ++i) values.insert(rounded(at_quantile(range, i / (points - 1.0)), range));
  return values;
}

// Of a range with steps; max itself may be between two of them.
std::set<Value> values_of(const Domain& domain, std::uint64_t last, int points) {
  std::set<Value> values{value_at(domain, 0), value_at(domain, last)};
  for (int i = 1; i + 1 < points; ++i) values.insert(quantile(domain, i / (points - 1.0)));
  return values;
}

Domain thinned(const Hyperparameter& each, int points) {
  const auto count = size(each.domain);
  const bool is_few = count && *count <= static_cast<std::uint64_t>(points);
  if (is_few || std::holds_alternative<Choices>(each.domain)) return each.domain;
  std::set<Value> values;
  const auto* real = std::get_if<FloatRange>(&each.domain);
  if (real && real->step == 0)
    values = values_of(*real, points);
  else if (real)
    values = values_of(each.domain, FloatGrid(*real).last_place(), points);
  else
    values = values_of(each.domain, last_place(std::get<IntRange>(each.domain)), points);
  values.insert(value_in(each.domain, each.default_value).value_or(each.default_value));
  return Choices{{values.begin(), values.end()}, true};
}

}  // namespace

SearchSpace thinned(const SearchSpace& space, int points) {
  SearchSpace result;
  for (Hyperparameter each : space.hyperparameters()) {
    each.domain = thinned(each, points);
    result.add(std::move(each));
  }
  return result;
}

}  // namespace sibyl
