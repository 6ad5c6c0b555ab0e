#pragma once

#include <bit>
#include <cstdint>

namespace sibyl::tpe {

// Exponentials and logarithms by additions and multiplications alone: a C library chooses its own by the
// processor it runs on, and a last bit may decide which of two points is tried. They are also what a compiler
// can do for several numbers at once.

/// e^x, to some 1e-10 of it; what is beyond +-700 is taken for that.
inline double exponential(double x) {
  constexpr double to_integer = 0x1.8p52;  // added to a number, leaves its whole part in the lowest bits
  x = x < -700 ? -700 : x;
  x = x > 700 ? 700 : x;
  const double shifted = x * 1.4426950408889634 + to_integer;
  const double whole = shifted - to_integer;
  const double r = (x - whole * 0x1.62e42fefap-1) - whole * 0x1.cf79abc9e3b39p-40;  // ln 2 in two parts
  double power = 1.0 / 40320;
  power = power * r + 1.0 / 5040;
  power = power * r + 1.0 / 720;
  power = power * r + 1.0 / 120;
  power = power * r + 1.0 / 24;
  power = power * r + 1.0 / 6;
  power = power * r + 0.5;
  power = power * r + 1;
  power = power * r + 1;
  return power * std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
}

/// e^x for x <= 0, to some 1e-6 of it; what is below -87 is taken for that.
inline float exponential_below_1(float x) {
  constexpr float to_integer = 0x1.8p23F;
  x = x < -87 ? -87 : x;
  const float shifted = x * 1.44269504F + to_integer;
  const float whole = shifted - to_integer;
  const float r = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;  // ln 2 in two parts
  float power = 1.0F / 720;
  power = power * r + 1.0F / 120;
  power = power * r + 1.0F / 24;
  power = power * r + 1.0F / 6;
  power = power * r + 0.5F;
  power = power * r + 1;
  power = power * r + 1;
  return power * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127) << 23);
}

/// The natural logarithm of a positive number that is not among the very smallest (below 1e-307).
double logarithm(double x);
/// The part of a standard normal distribution that is below x.
double normal_below(double x);
/// The part between two numbers, low <= high: as exact in the tails as elsewhere.
double normal_between(double low, double high);
/// Where the part below is p, 0 < p < 1, to 1e-9.
double normal_quantile(double p);

}  // namespace sibyl::tpe
