#include "core/samplers/tpe/parzen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/samplers/tpe/normal.hpp"

namespace sibyl::tpe {

namespace {

constexpr double root_of_2_pi = 2.5066282746310002, root_half = 0.70710678118654752;
/// The prior of numbers.
constexpr double middle = 0.5, whole_width = 1;

// The gaps to the farther neighbour, but no wider than the cube and no narrower than befits their number. The
// first and the last have one neighbour: the edges are none (as in Optuna, where that was found to be
// better).
double width(const Column& column, std::size_t i) {
  const std::size_t n = column.size();
  const double below = i > 0 ? column[i].at - column[i - 1].at : n == 1 ? column[i].at : 0;
  const double above = i + 1 < n ? column[i + 1].at - column[i].at : n == 1 ? 1 - column[i].at : 0;
  const double narrowest = 1 / std::min(100.0, static_cast<double>(n) + 2);
  return std::clamp(std::max(below, above), narrowest, whole_width);
}

// Compilers do several of these at once. (They are told nothing else than that arrays don't overlap.)
void keep_largest(const float* __restrict from, float* __restrict largest, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) largest[i] = from[i] > largest[i] ? from[i] : largest[i];
}
void add_exponentials(const float* __restrict from, const float* __restrict largest, float* __restrict to,
                      std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) to[i] += exponential_below_1(from[i] - largest[i]);
}
void subtract_squares(const float* __restrict at, float center, float scale, float* __restrict from,
                      std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float away = (at[i] - center) * scale;
    from[i] -= away * away;
  }
}

}  // namespace

Parzen::Shape Parzen::normal(double at, double width) {
  constexpr double far = 8.3;  // beyond it nothing is left that a double would show
  const double low = -at / width, high = (1 - at) / width;
  const double part = low < -far && high > far ? 1 : normal_between(low, high);
  return {at, width, -logarithm(width * root_of_2_pi * part)};
}

Parzen::Shape Parzen::whole() {
  return normal(middle, whole_width);
}

// A cell's is its mean. Where the cell is narrow, that at its middle is the same and loses no digits.
double Parzen::log_density(const Shape& shape, const Quantiles& cell) {
  const double low = (cell.low - shape.at) / shape.width, high = (cell.high - shape.at) / shape.width;
  if (high - low < 0.01) return shape.log_height - 0.125 * (low + high) * (low + high);
  const double mean = normal_between(low, high) / (high - low) * root_of_2_pi;
  return shape.log_height + logarithm(std::max(mean, 1e-300));
}

Batch::Batch(const UnitCube& cube, const std::vector<Point>& all) : points(all.size()) {
  const Parzen::Shape prior = Parzen::whole();
  for (std::size_t d = 0; d < cube.dimensions().size(); ++d) {
    Dimension& dimension = dimensions.emplace_back();
    const bool steps = cube.dimensions()[d].values.has_value();
    std::vector<double> exact;
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      const bool active = !std::isnan(all[i][d]);
      exact.push_back(active ? all[i][d] : middle);
      dimension.at.push_back(static_cast<float>(exact.back()));
      dimension.active.push_back(active);
      dimension.all_active = dimension.all_active && active;
      order.push_back(i);
    }
    if (steps) std::sort(order.begin(), order.end(), [&](auto a, auto b) { return exact[a] < exact[b]; });
    dimension.cell.resize(points);
    dimension.prior.resize(points);
    double at = -1, density = 0;
    for (const std::uint32_t i : order) {
      if (exact[i] != at) {
        at = exact[i];
        const Quantiles cell = cube.cell(d, at);
        density = cube.dimensions()[d].categorical ? 0 : Parzen::log_density(prior, cell);
        dimension.cells.push_back(cell);
      }
      dimension.cell[i] = static_cast<std::uint32_t>(dimension.cells.size() - 1);
      dimension.prior[i] = dimension.active[i] * static_cast<float>(density);
    }
  }
}

Parzen::Parzen(const UnitCube& cube, const std::vector<double>& weights, const std::vector<Column>& columns) {
  double sum = 1;
  for (const double weight : weights) sum += weight;
  double up_to = 0;
  for (std::size_t i = 0; i <= weights.size(); ++i) {
    shares_.push_back((i < weights.size() ? weights[i] : 1) / sum);
    up_to_.push_back(up_to += shares_.back());
  }
  for (std::size_t d = 0; d < columns.size(); ++d) {
    Dimension& dimension = dimensions_.emplace_back();
    const auto& values = cube.dimensions()[d].values;
    dimension.steps = values.has_value();
    dimension.categorical = cube.dimensions()[d].categorical;
    dimension.choices = values ? static_cast<double>(*values) : 0;
    dimension.shape.assign(weights.size() + 1, prior);
    if (dimension.categorical)
      add_categorical(dimension, columns[d]);
    else
      add_numeric(dimension, columns[d]);
  }
}

void Parzen::add_numeric(Dimension& dimension, const Column& column) {
  for (std::size_t i = 0; i < column.size(); ++i) {
    const double at = column[i].at, wide = width(column, i);
    if (dimension.shapes.empty() || dimension.shapes.back().at != at || dimension.shapes.back().width != wide)
      dimension.shapes.push_back(normal(at, wide));
    dimension.shape[column[i].kernel] = static_cast<std::uint32_t>(dimension.shapes.size() - 1);
  }
}

// To each trial's own category, one of weight 1 over the trials is added for every category.
void Parzen::add_categorical(Dimension& dimension, const Column& column) {
  const double added = dimension.choices / (static_cast<double>(column.size()) + 1);
  dimension.smear = added / (1 + added);
  for (const Coordinate& each : column) {
    if (dimension.shapes.empty() || dimension.shapes.back().at != each.at)
      dimension.shapes.push_back({each.at, 0, 0});
    dimension.shape[each.kernel] = static_cast<std::uint32_t>(dimension.shapes.size() - 1);
  }
}

double Parzen::draw(const Dimension& dimension, std::uint32_t shape, double uniform) {
  const bool is_prior = shape == prior;
  if (dimension.categorical) {
    if (is_prior) return uniform;
    const double own = 1 - dimension.smear;
    return uniform < own ? dimension.shapes[shape].at : (uniform - own) / dimension.smear;
  }
  const double at = is_prior ? middle : dimension.shapes[shape].at;
  const double width = is_prior ? whole_width : dimension.shapes[shape].width;
  const double low = normal_below(-at / width), high = normal_below((1 - at) / width);
  const double part = std::clamp(low + uniform * (high - low), 1e-16, 1 - 0x1p-53);
  return std::clamp(at + width * normal_quantile(part), 0.0, 1 - 0x1p-53);
}

Point Parzen::draw(RandomStream& random) const {
  const auto found = std::upper_bound(up_to_.begin(), up_to_.end(), random.uniform());
  const auto kernel =
      std::min<std::size_t>(static_cast<std::size_t>(found - up_to_.begin()), shares_.size() - 1);
  Point point;
  for (const Dimension& each : dimensions_) point.push_back(draw(each, each.shape[kernel], random.uniform()));
  return point;
}

// For dimensions with cells: what each shape adds at each point, row by row.
std::vector<float> Parzen::by_point(const Dimension& dimension, const Batch::Dimension& points) {
  const std::size_t n = points.at.size();
  std::vector<float> all;
  std::vector<double> cells(points.cells.size());
  all.reserve(dimension.shapes.size() * n);
  const double others = dimension.smear, own = others + dimension.choices * (1 - others);
  for (const Shape& shape : dimension.shapes) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Quantiles& cell = points.cells[i];
      if (dimension.categorical)
        cells[i] = logarithm(cell.low <= shape.at && shape.at < cell.high ? own : others);
      else
        cells[i] = log_density(shape, cell);
    }
    for (std::size_t i = 0; i < n; ++i)
      all.push_back(points.active[i] * static_cast<float>(cells[points.cell[i]]) - points.prior[i]);
  }
  return all;
}

void Parzen::add_others(std::size_t kernel, const Batch& batch, const Rows& rows, float* sums) const {
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const Batch::Dimension& points = batch.dimensions[d];
    const std::uint32_t number = dimensions_[d].shape[kernel];
    if (number == prior) continue;
    if (dimensions_[d].steps) {
      const float* const row = rows[d].data() + number * batch.points;
      for (std::size_t i = 0; i < batch.points; ++i) sums[i] += row[i];
    } else if (!points.all_active) {
      const Shape& shape = dimensions_[d].shapes[number];
      const auto center = static_cast<float>(shape.at), height = static_cast<float>(shape.log_height);
      const auto scale = static_cast<float>(root_half / shape.width);
      for (std::size_t i = 0; i < batch.points; ++i) {
        const float away = (points.at[i] - center) * scale;
        sums[i] += points.active[i] * (height - away * away) - points.prior[i];
      }
    }
  }
}

double Parzen::add_plain(std::size_t kernel, const Batch& batch, float* sums) const {
  double height = 0;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const std::uint32_t number = dimensions_[d].shape[kernel];
    const Batch::Dimension& points = batch.dimensions[d];
    if (dimensions_[d].steps || !points.all_active) continue;
    const Shape& shape = number == prior ? whole_ : dimensions_[d].shapes[number];
    subtract_squares(points.at.data(), static_cast<float>(shape.at),
                     static_cast<float>(root_half / shape.width), sums, batch.points);
    height += shape.log_height;
  }
  return height;
}

// In single precision, which is twice as fast and more than what points are told apart by. Terms are relative
// to the prior's, which makes nothing of dimensions that are not active, and sums to their largest term.
std::vector<double> Parzen::log_densities(const Batch& batch) const {
  const std::size_t n = batch.points;
  Rows rows;
  std::vector<float> plain_prior(n);
  std::vector<double> densities(n);
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const Batch::Dimension& points = batch.dimensions[d];
    rows.push_back(dimensions_[d].steps ? by_point(dimensions_[d], points) : std::vector<float>{});
    for (std::size_t i = 0; i < n; ++i) {
      densities[i] += points.prior[i];
      if (!dimensions_[d].steps && points.all_active) plain_prior[i] -= points.prior[i];
    }
  }
  std::vector<float> terms(shares_.size() * n), largest(n, -std::numeric_limits<float>::max()), sums(n);
  for (std::size_t kernel = 0; kernel < shares_.size(); ++kernel) {
    float* const row = terms.data() + kernel * n;
    std::copy(plain_prior.begin(), plain_prior.end(), row);
    const auto added = static_cast<float>(add_plain(kernel, batch, row) + logarithm(shares_[kernel]));
    for (std::size_t i = 0; i < n; ++i) row[i] += added;
    add_others(kernel, batch, rows, row);
    keep_largest(row, largest.data(), n);
  }
  for (std::size_t kernel = 0; kernel < shares_.size(); ++kernel)
    add_exponentials(terms.data() + kernel * n, largest.data(), sums.data(), n);
  for (std::size_t i = 0; i < n; ++i) densities[i] += largest[i] + logarithm(sums[i]);
  return densities;
}

}  // namespace sibyl::tpe
