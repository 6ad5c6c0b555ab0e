#pragma once

#include <vector>

#include "core/space/unit_cube.hpp"

namespace sibyl::gp {

/// How a kernel sees the dimensions of a unit cube: as columns, in which points are further apart the more
/// they differ. A number has its coordinate; what exists only under conditions has a second column, which
/// keeps points without it half a range away from all others; a category is a label, half a range away from
/// any other. Nothing is known of the place of what a trial lacks though it has no conditions (it was found
/// later, say): it stands in the middle.
class Layout {
 public:
  struct Column {
    std::size_t dimension = 0;
    enum Kind { coordinate, activity, label } kind = coordinate;
  };

  explicit Layout(const UnitCube& cube);

  std::size_t dimensions() const { return dimensions_; }
  const std::vector<Column>& columns() const { return columns_; }
  /// What stands in a column.
  static double entry(const Column& column, const Point& point);

 private:
  std::size_t dimensions_;
  std::vector<Column> columns_;
};

/// Points in that layout, and the budget each was (or is to be) trained with.
struct Inputs {
  explicit Inputs(const Layout& layout) : columns(layout.columns().size()) {}

  std::size_t size() const { return log_budgets.size(); }
  void add(const Layout& layout, const Point& point, double log_budget);
  void shorten(std::size_t size);

  std::vector<std::vector<double>> columns;
  std::vector<double> log_budgets;
};

}  // namespace sibyl::gp
