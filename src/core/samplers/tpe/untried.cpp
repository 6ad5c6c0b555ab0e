#include "core/samplers/tpe/untried.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl::tpe {

namespace {

/// More are not listed. (Coordinates that don't matter where they are not active count too.)
constexpr std::uint64_t max_listed = 1 << 14;

}  // namespace

void Untried::add(const Point& point) {
  Point snapped = cube_.snapped(point);
  if (history_.tried(snapped) || !added_.insert(History::key(snapped)).second) return;
  points_.push_back(std::move(snapped));
}

void Untried::add_neighbours(const Point& point) {
  for (std::size_t d = 0; d < point.size(); ++d) {
    const UnitCube::Dimension& dimension = cube_.dimensions()[d];
    if (std::isnan(point[d]) || !dimension.values) continue;
    const std::uint64_t own = cube_.place(d, point[d]), last = *dimension.values - 1;
    const std::uint64_t from = dimension.categorical || own == 0 ? 0 : own - 1;
    const std::uint64_t to = dimension.categorical ? last : std::min(own + 1, last);
    for (std::uint64_t place = from; place <= to; ++place) {
      Point neighbour = point;
      neighbour[d] = cube_.coordinate(d, place);
      if (place != own) add(neighbour);
    }
  }
}

void Untried::add_random(RandomStream& random) {
  Point point;
  for (std::size_t d = 0; d < cube_.dimensions().size(); ++d) point.push_back(random.uniform());
  add(point);
}

void Untried::add_all() {
  std::uint64_t product = 1;
  for (const auto& each : cube_.dimensions()) {
    if (!each.values || *each.values > max_listed / product) return;
    product *= *each.values;
  }
  for (std::uint64_t number = 0; number < product; ++number) {
    Point point;
    std::uint64_t rest = number;
    for (std::size_t d = 0; d < cube_.dimensions().size(); ++d) {
      point.push_back(cube_.coordinate(d, rest % *cube_.dimensions()[d].values));
      rest /= *cube_.dimensions()[d].values;
    }
    add(point);
  }
}

}  // namespace sibyl::tpe
