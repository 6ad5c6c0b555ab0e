#include "core/samplers/prior.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers.hpp"
#include "core/samplers/tpe/normal.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr double deviation = 0.2;
constexpr double uniform_share = 0.1;
constexpr double root_of_2_pi = 2.5066282746310002;
constexpr double edge = 1 - 0x1p-53;

struct Expected {
  Value value;
  double strength = 10;
};

std::optional<double> strength_of(const std::string& text) {
  if (text == "low") return 3;
  if (text == "medium") return 10;
  if (text == "high") return 30;
  const auto number = read_number<double>(text);
  if (!number || !(*number > 0) || !(*number <= 1000)) return std::nullopt;
  return number;
}

// A choice's name may have a colon of its own: what is a value as it stands has no strength.
Expected read(const std::string& name, const Domain& domain, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto whole = [&] { return Expected{parse("--prior", name, domain, text)}; };
  if (colon == std::string::npos) return whole();
  try {
    return whole();
  } catch (const UsageError&) {
    const auto strength = strength_of(text.substr(colon + 1));
    if (!strength)
      throw UsageError("--prior " + name + "=" + text + ": '" + text.substr(colon + 1) +
                       "' is no strength; give low, medium, high or a number above 0, at most 1000");
    return {parse("--prior", name, domain, text.substr(0, colon)), *strength};
  }
}

double over(double strength, std::size_t results) {
  return strength / static_cast<double>(std::max<std::size_t>(results, 1));
}

}  // namespace

Priors::Priors(const UnitCube& cube, const std::map<std::string, std::string>& texts) {
  for (const auto& [name, text] : texts) {
    cube.space().check_name("--prior " + name + "=" + text, name);
    const std::size_t before = beliefs_.size();
    for (std::size_t d = 0; d < cube.dimensions().size(); ++d) {
      const Hyperparameter& each = cube.space().hyperparameters()[cube.dimensions()[d].hyperparameter];
      if (each.name != name) continue;
      const Expected expected = read(name, each.domain, text);
      Belief belief{
          .dimension = d, .at = quantile_of(each.domain, expected.value), .strength = expected.strength};
      if (cube.dimensions()[d].categorical) belief.cell = quantiles_of(each.domain, expected.value);
      belief.below = tpe::normal_below(-belief.at / deviation);
      belief.part = tpe::normal_between(-belief.at / deviation, (1 - belief.at) / deviation);
      beliefs_.push_back(belief);
    }
    if (beliefs_.size() == before)
      throw UsageError("--prior " + name + "=" + text + ": " + name +
                       " has one value, there is nothing to expect of it: leave it out");
  }
}

// Relative to the uniform one, 1.
double Priors::density(const Belief& belief, double coordinate) {
  if (belief.cell) {
    const bool inside = belief.cell->low <= coordinate && coordinate < belief.cell->high;
    return uniform_share + (inside ? (1 - uniform_share) / (belief.cell->high - belief.cell->low) : 0);
  }
  const double z = (coordinate - belief.at) / deviation;
  return uniform_share +
         (1 - uniform_share) * tpe::exponential(-z * z / 2) / (deviation * root_of_2_pi * belief.part);
}

double Priors::log_weight(const Point& point, std::size_t results) const {
  double sum = 0;
  for (const Belief& each : beliefs_)
    if (!std::isnan(point[each.dimension]))
      sum += over(each.strength, results) * tpe::logarithm(density(each, point[each.dimension]));
  return sum;
}

double Priors::slope(std::size_t dimension, double coordinate, std::size_t results) const {
  for (const Belief& each : beliefs_) {
    if (each.dimension != dimension || each.cell) continue;
    const double all = density(each, coordinate), z = (coordinate - each.at) / deviation;
    return -over(each.strength, results) * (all - uniform_share) / all * z / deviation;
  }
  return 0;
}

double Priors::spread(const Belief& belief, double coordinate) {
  if (coordinate < uniform_share) return coordinate / uniform_share;
  if (belief.cell) return belief.at;
  const double part = (coordinate - uniform_share) / (1 - uniform_share);
  const double below = std::clamp(belief.below + part * belief.part, 1e-16, 1 - 1e-16);
  return std::clamp(belief.at + deviation * tpe::normal_quantile(below), 0.0, edge);
}

Point Priors::spread(Point point) const {
  for (const Belief& each : beliefs_)
    if (!std::isnan(point[each.dimension])) point[each.dimension] = spread(each, point[each.dimension]);
  return point;
}

Point Priors::drawn(Point point, std::size_t results, RandomStream& random) const {
  for (const Belief& each : beliefs_) {
    const double u = random.uniform(), v = random.uniform();
    if (u * (each.strength + static_cast<double>(results)) < each.strength)
      point[each.dimension] = spread(each, v);
  }
  return point;
}

}  // namespace sibyl
