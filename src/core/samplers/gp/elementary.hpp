#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

// The C library's exp, log, erfc differ in the last bit from processor to processor, since it chooses among
// variants of them when a program starts. What a model proposes must not depend on that, so these are its
// own: additions, multiplications, divisions and square roots, which are the same everywhere.

namespace sibyl::gp {

namespace constants {
constexpr double log2_e = 1.4426950408889634;
constexpr double ln2_high =
    0x1.62e42feep-1;  ///< few enough digits for a product with an exponent to be exact
constexpr double ln2_low = 1.90821492927058770002e-10;
constexpr double half_log_two_pi = 0.91893853320467274178;
constexpr double inverse_root_two_pi = 0.39894228040143267794;
}  // namespace constants

/// e^x, to 1e-14, for x up to 700; without branches, so that compilers make several at once.
inline double exponential(double x) {
  x = x < -700 ? -700 : x;
  constexpr double shift = 0x1.8p52;  // what is added to it is rounded to an integer, in the lowest bits
  const double shifted = x * constants::log2_e + shift;
  const double exponent = shifted - shift;
  const double r = (x - exponent * constants::ln2_high) - exponent * constants::ln2_low;
  double sum = 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  return sum * std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
}

/// The natural logarithm of a positive number.
inline double logarithm(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --exponent;
  }
  const double f = (mantissa - 1) / (mantissa + 1);
  const double square = f * f;
  double sum = 0;
  for (int k = 21; k >= 3; k -= 2) sum = (sum + 1.0 / k) * square;
  return exponent * constants::ln2_high + (exponent * constants::ln2_low + 2 * f * (1 + sum));
}

/// (e^(p l) - 1) / p, which is l for p = 0.
inline double power_difference(double p, double l) {
  const double q = p * l;
  if (std::abs(q) < 1e-3) return l * (1 + q * (0.5 + q * (1.0 / 6 + q / 24)));
  return (exponential(q) - 1) / p;
}

/// What is expected to be gained, in deviations, at a place whose mean lies z deviations below the best.
struct LogGain {
  double value = 0;  ///< log(phi(z) + z Phi(z))
  double slope = 0;  ///< its derivative
};

LogGain log_gain(double z);

}  // namespace sibyl::gp
