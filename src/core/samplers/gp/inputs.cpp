#include "core/samplers/gp/inputs.hpp"

#include <cmath>

namespace sibyl::gp {

Layout::Layout(const UnitCube& cube) : dimensions_(cube.dimensions().size()) {
  for (std::size_t i = 0; i < dimensions_; ++i) {
    const UnitCube::Dimension& dimension = cube.dimensions()[i];
    const bool conditional = !cube.space().hyperparameters()[dimension.hyperparameter].conditions.empty();
    columns_.push_back({i, dimension.categorical ? Column::label : Column::coordinate});
    if (conditional && !dimension.categorical) columns_.push_back({i, Column::activity});
  }
}

double Layout::entry(const Column& column, const Point& point) {
  const double at = point[column.dimension];
  switch (column.kind) {
    case Column::coordinate:
      return std::isnan(at) ? 0.5 : at;
    case Column::activity:
      return std::isnan(at) ? 0.5 : 0;
    case Column::label:
      break;
  }
  return std::isnan(at) ? -1 : at;
}

void Inputs::add(const Layout& layout, const Point& point, double log_budget) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].push_back(Layout::entry(layout.columns()[i], point));
  log_budgets.push_back(log_budget);
}

void Inputs::shorten(std::size_t size) {
  for (auto& column : columns) column.resize(size);
  log_budgets.resize(size);
}

}  // namespace sibyl::gp
