#include "core/samplers/gp/search.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/samplers/gp/box_lbfgs.hpp"
#include "core/samplers/gp/elementary.hpp"

namespace sibyl::gp {

namespace {

constexpr double edge = 1 - 0x1p-53;        ///< the largest coordinate
constexpr std::uint64_t few_values = 16;    ///< of a dimension: all are looked at
constexpr std::uint64_t few_places = 1024;  ///< of a space: all are looked at
constexpr int most_rounds = 6;              ///< through the dimensions

/// Nearly normal with deviation 1, made by additions alone.
double bell(RandomStream& random) {
  double sum = -3;
  for (int i = 0; i < 6; ++i) sum += random.uniform();
  return sum * 1.4142135623730951;
}

Point snap(const UnitCube& cube, const Point& coordinates) {
  if (!cube.unconditional()) return cube.snapped(coordinates);
  Point point = coordinates;
  for (std::size_t i = 0; i < point.size(); ++i)
    if (cube.dimensions()[i].values) point[i] = cube.coordinate(i, cube.place(i, point[i]));
  return point;
}

class Search {
 public:
  Search(const Aim& aim, const Effort& effort, RandomStream random)
      : aim_(aim), effort_(effort), random_(random) {}

  std::vector<Place> places() {
    std::vector<Point> all = every_place();
    const bool complete = !all.empty();
    if (!complete) all = candidates();
    look_at(all);
    if (!complete)
      for (const Place& start : starts()) improve(start);
    std::stable_sort(places_.begin(), places_.end(),
                     [](const Place& a, const Place& b) { return a.gain > b.gain; });
    return std::move(places_);
  }

 private:
  /// All coordinates of a small discrete space, else none.
  std::vector<Point> every_place() const {
    if (!aim_.cube.discrete()) return {};
    std::uint64_t count = 1;
    for (const auto& each : aim_.cube.dimensions()) {
      if (*each.values > few_places / count) return {};
      count *= *each.values;
    }
    std::vector<Point> all;
    for (std::uint64_t place = 0; place < count; ++place) {
      Point point;
      std::uint64_t rest = place;
      for (std::size_t i = 0; i < aim_.cube.dimensions().size(); ++i) {
        const std::uint64_t values = *aim_.cube.dimensions()[i].values;
        point.push_back(aim_.cube.coordinate(i, rest % values));
        rest /= values;
      }
      all.push_back(point);
    }
    return all;
  }

  std::vector<Point> candidates() {
    std::vector<Point> all;
    const std::size_t dimensions = aim_.cube.dimensions().size();
    for (std::size_t i = 0; i < effort_.candidates; ++i) {
      Point point(dimensions);
      if (i % 2 == 0 || aim_.around.empty()) {
        for (double& each : point) each = random_.uniform();
      } else {
        point = near(aim_.around[i / 2 % aim_.around.size()]);
      }
      all.push_back(std::move(point));
    }
    return all;
  }

  /// Steps of a size that is drawn anew for each candidate. What is discrete seldom changes, since it can't
  /// change a little.
  Point near(const Point& center) {
    const double size = exponential(-2.302585 * (0.3 + 2.5 * random_.uniform()));
    Point point = center;
    const double share = 1.5 / static_cast<double>(point.size());
    for (std::size_t i = 0; i < point.size(); ++i) {
      const UnitCube::Dimension& dimension = aim_.cube.dimensions()[i];
      if (std::isnan(point[i]) || (dimension.categorical && random_.uniform() < share)) {
        point[i] = random_.uniform();
      } else if (!dimension.values) {
        point[i] = std::clamp(point[i] + size * bell(random_), 0.0, edge);
      } else if (!dimension.categorical && random_.uniform() < share) {
        const double step = std::max(size, 1.0 / static_cast<double>(*dimension.values));
        point[i] = std::clamp(point[i] + step * bell(random_), 0.0, edge);
      }
    }
    return point;
  }

  /// Adds the places that are new, and returns where the best of all that are meant stands (none: no place).
  std::optional<std::size_t> look_at(const std::vector<Point>& coordinates) {
    Inputs inputs(aim_.layout);
    const std::size_t first = places_.size();
    for (const Point& each : coordinates) {
      Place place{each, snap(aim_.cube, each), 0, {}};
      Point key = place.point;
      for (double& number : key)
        if (std::isnan(number)) number = -1;
      if (!seen_.insert(key).second) continue;
      inputs.add(aim_.layout, place.point, aim_.log_budget);
      places_.push_back(std::move(place));
    }
    const std::vector<Prediction> predictions = aim_.posterior.predict(inputs);
    std::optional<std::size_t> best;
    for (std::size_t i = first; i < places_.size(); ++i) {
      Place& place = places_[i];
      place.prediction = predictions[i - first];
      const double z = (aim_.best - place.prediction.mean) / place.prediction.deviation;
      place.gain = logarithm(place.prediction.deviation) + log_gain(z).value +
                   aim_.priors.log_weight(place.point, aim_.results);
      if (!best || place.gain > places_[*best].gain) best = i;
    }
    return best;
  }

  /// The best candidates that are not too near to one another.
  std::vector<Place> starts() const {
    std::vector<std::size_t> order(places_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return places_[a].gain > places_[b].gain; });
    const double least = 0.05 * 0.05 * static_cast<double>(aim_.cube.dimensions().size());
    std::vector<Place> chosen;
    for (const std::size_t i : order) {
      if (chosen.size() >= effort_.starts) break;
      const auto close = [&](const Place& other) {
        double sum = 0;
        for (std::size_t k = 0; k < other.point.size(); ++k) {
          const double difference = other.coordinates[k] - places_[i].coordinates[k];
          sum += difference * difference;
        }
        return sum < least;
      };
      if (std::none_of(chosen.begin(), chosen.end(), close)) chosen.push_back(places_[i]);
    }
    return chosen;
  }

  /// Moves a place along its continuous dimensions together, then along each discrete one, until it stays.
  void improve(Place place) {
    for (int round = 0; round < most_rounds; ++round) {
      glide(place);
      bool jumped = false;
      for (std::size_t i = 0; i < place.point.size(); ++i)
        if (aim_.cube.dimensions()[i].values && !std::isnan(place.point[i]))
          jumped = jump(place, i) || jumped;
      if (!jumped) break;
    }
  }

  bool take(Place& place, const std::vector<Point>& coordinates) {
    const auto best = look_at(coordinates);
    if (!best || places_[*best].gain <= place.gain) return false;
    place = places_[*best];
    return true;
  }

  void glide(Place& place) {
    std::vector<std::size_t> dimensions;
    for (std::size_t i = 0; i < place.point.size(); ++i)
      if (!aim_.cube.dimensions()[i].values && !std::isnan(place.point[i])) dimensions.push_back(i);
    if (dimensions.empty()) return;
    std::vector<double> x, low(dimensions.size(), 0), high, lengths;
    for (const std::size_t i : dimensions) lengths.push_back(length(i));
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      x.push_back(place.point[dimensions[i]] / lengths[i]);
      high.push_back(edge / lengths[i]);
    }
    Point point = place.point;
    const auto put = [&](const std::vector<double>& at, Point& to) {
      for (std::size_t i = 0; i < dimensions.size(); ++i)
        to[dimensions[i]] = std::clamp(at[i] * lengths[i], 0.0, edge);
    };
    const Minimum found = minimise(
        [&](const std::vector<double>& at, std::vector<double>& gradient) {
          put(at, point);
          const double gain = log_gain_at(aim_, point, dimensions, gradient);
          for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] *= -lengths[i];
          return -gain;
        },
        x, low, high, effort_.steps);
    Point coordinates = place.coordinates;
    put(found.x, coordinates);
    take(place, {coordinates});
  }

  double length(std::size_t dimension) const {
    for (std::size_t k = 0; k < aim_.layout.columns().size(); ++k)
      if (aim_.layout.columns()[k].dimension == dimension)
        return 1 / std::sqrt(aim_.posterior.kernel().weight(k));
    return 1;
  }

  /// Of few values all are looked at; of many, those at one, two, four, ... steps from here.
  bool jump(Place& place, std::size_t dimension) {
    const UnitCube& cube = aim_.cube;
    const std::uint64_t values = *cube.dimensions()[dimension].values;
    const std::uint64_t here = cube.place(dimension, place.point[dimension]);
    std::vector<Point> alternatives;
    const auto add = [&](std::uint64_t to) {
      alternatives.push_back(place.coordinates);
      alternatives.back()[dimension] = cube.coordinate(dimension, to);
    };
    if (values <= few_values) {
      for (std::uint64_t to = 0; to < values; ++to)
        if (to != here) add(to);
    } else {
      for (std::uint64_t step = 1; step < values; step *= 2) {
        if (step <= here) add(here - step);
        if (here + step < values) add(here + step);
      }
    }
    return take(place, alternatives);
  }

  const Aim& aim_;
  const Effort& effort_;
  RandomStream random_;
  std::vector<Place> places_;
  std::set<Point> seen_;
};

}  // namespace

std::vector<Place> search(const Aim& aim, const Effort& effort, RandomStream random) {
  return Search(aim, effort, random).places();
}

double log_gain_at(const Aim& aim, const Point& point, const std::vector<std::size_t>& dimensions,
                   std::vector<double>& gradient) {
  const std::vector<Layout::Column>& columns = aim.layout.columns();
  Inputs at(aim.layout);
  at.add(aim.layout, point, aim.log_budget);
  std::vector<double> mean_slopes(columns.size()), deviation_slopes(columns.size());
  const Prediction prediction = aim.posterior.predict(at, mean_slopes, deviation_slopes);
  const double z = (aim.best - prediction.mean) / prediction.deviation;
  const LogGain gain = log_gain(z);
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    std::size_t k = 0;
    while (columns[k].dimension != dimensions[i] || columns[k].kind != Layout::Column::coordinate) ++k;
    gradient[i] = (deviation_slopes[k] - gain.slope * (mean_slopes[k] + z * deviation_slopes[k])) /
                      prediction.deviation +
                  aim.priors.slope(dimensions[i], point[dimensions[i]], aim.results);
  }
  return logarithm(prediction.deviation) + gain.value + aim.priors.log_weight(point, aim.results);
}

}  // namespace sibyl::gp
