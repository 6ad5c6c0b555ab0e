#include <cmath>

#include "core/samplers/random.hpp"
#include "simulation/curve_kinds.hpp"

namespace sibyl::simulation {

namespace {

constexpr double noise = 0.01;

// What a configuration comes to, and how fast: a good one need not be the fastest.
struct Shape {
  double floor = 0, speed = 0;
};

Shape shape(double log_rate, double width, double dropout) {
  return {0.1 + std::pow(log_rate - 0.6, 2) + 0.2 * (1 - width) + 0.5 * std::pow(dropout - 0.2, 2),
          0.02 + 0.3 * log_rate * (1.2 - width)};
}

double loss_of(const Shape& shape, int epoch) {
  return shape.floor + (2.3 - shape.floor) * std::exp(-shape.speed * epoch);
}

double number(const Values& values, const char* name) {
  return std::get<double>(values.at(name));
}

}  // namespace

SearchSpace AnalyticCurves::space() const {
  SearchSpace space;
  for (const char* name : {"log_rate", "width", "dropout"}) space.add({name, FloatRange{0, 1}, 0.5, {}});
  return space;
}

std::unique_ptr<RandomSearch> AnalyticCurves::random_search(std::uint64_t seed) {
  return std::make_unique<RandomSampler>(space(), seed);
}

double AnalyticCurves::loss(TrialId trial, const Values& values, int epoch) const {
  const Shape its = shape(number(values, "log_rate"), number(values, "width"), number(values, "dropout"));
  return loss_of(its, epoch) + noise * RandomStream(seed_, trial, epoch, "noise").normal();
}

// Without noise.
double AnalyticCurves::least(int max_epochs) const {
  constexpr int steps = 50;
  double least = loss_of(shape(0.6, 1, 0.2), max_epochs);
  for (int rate = 0; rate <= steps; ++rate)
    for (int width = 0; width <= steps; ++width)
      least = std::min(least, loss_of(shape(1.0 * rate / steps, 1.0 * width / steps, 0.2), max_epochs));
  return least;
}

}  // namespace sibyl::simulation
