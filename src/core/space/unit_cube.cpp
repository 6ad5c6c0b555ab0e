#include "core/space/unit_cube.hpp"

#include <cmath>
#include <limits>

namespace sibyl {

namespace {

/// More values than that are as good as continuous: their cells are too narrow for a coordinate to stand in.
constexpr std::uint64_t max_cells = std::uint64_t{1} << 40;

}  // namespace

UnitCube::UnitCube(SearchSpace space) : space_(std::move(space)) {
  const auto& all = space_.hyperparameters();
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto values = size(all[i].domain);
    if (values && *values == 1) continue;
    if (values && *values > max_cells) values.reset();
    const auto* choices = std::get_if<Choices>(&all[i].domain);
    dimensions_.push_back({i, values, choices && !choices->ordered});
    discrete_ = discrete_ && values;
    unconditional_ = unconditional_ && all[i].conditions.empty();
  }
}

// Of several under one name the first whose conditions hold is meant, as in `draw`.
Point UnitCube::point(const Values& values) const {
  Point point(dimensions_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    const Hyperparameter& each = space_.hyperparameters()[dimensions_[i].hyperparameter];
    const auto value = values.find(each.name);
    if (value == values.end() || space_.domain(each.name, values) != &each.domain) continue;
    if (value_in(each.domain, value->second)) point[i] = quantile_of(each.domain, value->second);
  }
  return point;
}

Values UnitCube::values(const Point& point) const {
  Values values;
  std::size_t dimension = 0;
  for (std::size_t i = 0; i < space_.hyperparameters().size(); ++i) {
    const Hyperparameter& each = space_.hyperparameters()[i];
    const bool is_dimension = dimension < dimensions_.size() && dimensions_[dimension].hyperparameter == i;
    const double at = is_dimension ? point[dimension++] : 0;
    if (!values.contains(each.name) && holds(each.conditions, values))
      values[each.name] = quantile(each.domain, at);
  }
  return values;
}

// Without conditions each dimension is for itself, and names need not be looked up.
Point UnitCube::snapped(const Point& point) const {
  if (!unconditional_) return this->point(values(point));
  Point snapped;
  for (std::size_t i = 0; i < dimensions_.size(); ++i)
    snapped.push_back(quantile_of(domain(i), quantile(domain(i), point[i])));
  return snapped;
}

double UnitCube::coordinate(std::size_t dimension, std::uint64_t place) const {
  return quantile_of(domain(dimension), value_at(domain(dimension), place));
}

std::uint64_t UnitCube::place(std::size_t dimension, double coordinate) const {
  return place_of(domain(dimension), quantile(domain(dimension), coordinate)).value_or(0);
}

Quantiles UnitCube::cell(std::size_t dimension, double coordinate) const {
  if (!dimensions_[dimension].values) return {coordinate, coordinate};
  return quantiles_of(domain(dimension), quantile(domain(dimension), coordinate));
}

}  // namespace sibyl
