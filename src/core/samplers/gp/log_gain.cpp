#include <cmath>

#include "core/samplers/gp/elementary.hpp"

namespace sibyl::gp {

LogGain log_gain(double z) {
  // Mills's ratio as a continued fraction, 1 / (t + c): nothing cancels, however small the gain.
  if (z < -3) {
    const double t = -z;
    double c = 0;
    for (int k = 40; k >= 1; --k) c = k / (t + c);
    return {-t * t / 2 - constants::half_log_two_pi + logarithm(c / (t + c)), 1 / c};
  }
  if (z > 30) return {logarithm(z), 1 / z};
  const double density = constants::inverse_root_two_pi * exponential(-z * z / 2);
  double probability = 0;
  if (z > 3) {
    double c = 0;
    for (int k = 40; k >= 1; --k) c = k / (z + c);
    probability = 1 - density / (z + c);
  } else {
    double term = z;
    double sum = z;
    for (int k = 3; k < 90 && std::abs(term) > 1e-18; k += 2) sum += term *= z * z / k;
    probability = 0.5 + density * sum;
  }
  const double gain = density + z * probability;
  return {logarithm(gain), probability / gain};
}

}  // namespace sibyl::gp
