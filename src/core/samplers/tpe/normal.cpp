#include "core/samplers/tpe/normal.hpp"

#include <cmath>

namespace sibyl::tpe {

namespace {

// The part above x >= 0: Hart's rational function (1968) in the arrangement of West (2005), and a continued
// fraction beyond it.
double above(double x) {
  const double density = exponential(-0.5 * x * x);
  if (x > 7.07106781186547)
    return density / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / 2.506628274631;
  double top = 3.52624965998911e-02 * x + 0.700383064443688;
  top = top * x + 6.37396220353165;
  top = top * x + 33.912866078383;
  top = top * x + 112.079291497871;
  top = top * x + 221.213596169931;
  top = top * x + 220.206867912376;
  double bottom = 8.83883476483184e-02 * x + 1.75566716318264;
  bottom = bottom * x + 16.064177579207;
  bottom = bottom * x + 86.7807322029461;
  bottom = bottom * x + 296.564248779674;
  bottom = bottom * x + 637.333633378831;
  bottom = bottom * x + 793.826512519948;
  bottom = bottom * x + 440.413735824752;
  return density * top / bottom;
}

}  // namespace

// The series of the inverse hyperbolic tangent, for a number within a factor of sqrt(2) from 1.
double logarithm(double x) {
  constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent = static_cast<std::int64_t>(bits - root_half) >> 52;
  const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(exponent) << 52));
  const double f = (m - 1) / (m + 1);
  const double s = f * f;
  double sum = 1.0 / 19;
  for (int odd = 17; odd >= 1; odd -= 2) sum = sum * s + 1.0 / odd;
  return static_cast<double>(exponent) * 0.6931471805599453 + 2 * f * sum;
}

double normal_below(double x) {
  return x < 0 ? above(-x) : 1 - above(x);
}

double normal_between(double low, double high) {
  if (low > 0) return above(low) - above(high);
  if (high < 0) return above(-high) - above(-low);
  return 1 - above(-low) - above(high);
}

// Acklam's rational functions (2003).
double normal_quantile(double p) {
  if (p > 0.5) return -normal_quantile(1 - p);
  if (p < 0.02425) {
    const double q = std::sqrt(-2 * logarithm(p < 1e-300 ? 1e-300 : p));
    return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q -
              2.549732539343734) *
                 q +
             4.374664141464968) *
                q +
            2.938163982698783) /
           ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q +
             3.754408661907416) *
                q +
            1);
  }
  const double q = p - 0.5, r = q * q;
  return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
            1.383577518672690e+02) *
               r -
           3.066479806614716e+01) *
              r +
          2.506628277459239) *
         q /
         (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
            6.680131188771972e+01) *
               r -
           1.328068155288572e+01) *
              r +
          1);
}

}  // namespace sibyl::tpe
