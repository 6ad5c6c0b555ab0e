#pragma once

#include <cstdint>
#include <optional>

namespace sibyl {

/// A number as people write it: digits * 10^exponent, the shortest that reads back as the same double.
struct Decimal {
  std::int64_t digits = 0;
  int exponent = 0;
};

/// Decimals of up to so many digits survive a trip through double, and neighbours stay apart.
constexpr std::int64_t max_decimal_digits = 1'000'000'000'000'000;

/// `x` must be finite.
Decimal decimal_of(double x);
/// The double nearest to a decimal.
double number_of(const Decimal& decimal);
/// x / 10^exponent as a whole number; none when it isn't one of up to 15 digits.
std::optional<std::int64_t> scaled(const Decimal& x, int exponent);

}  // namespace sibyl
