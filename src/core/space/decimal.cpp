#include "core/space/decimal.hpp"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string>

namespace sibyl {

Decimal decimal_of(double x) {
  char text[32];
  const char* const end = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific).ptr;
  Decimal decimal;
  bool negative = false, fraction = false;
  const char* at = text;
  for (; at < end && *at != 'e'; ++at) {
    if (*at == '-') {
      negative = true;
    } else if (*at == '.') {
      fraction = true;
    } else {
      decimal.digits = 10 * decimal.digits + (*at - '0');
      decimal.exponent -= fraction;
    }
  }
  if (decimal.digits == 0) return {};
  if (negative) decimal.digits = -decimal.digits;
  if (at < end) {
    ++at;
    if (at < end && *at == '+') ++at;
    int exponent = 0;
    std::from_chars(at, end, exponent);
    decimal.exponent += exponent;
  }
  return decimal;
}

double number_of(const Decimal& decimal) {
  const std::string text = std::to_string(decimal.digits) + "e" + std::to_string(decimal.exponent);
  double x = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), x);
  if (read.ec != std::errc::result_out_of_range) return x;
  if (decimal.exponent < 0) return 0;
  return decimal.digits < 0 ? -std::numeric_limits<double>::infinity()
                            : std::numeric_limits<double>::infinity();
}

std::optional<std::int64_t> scaled(const Decimal& x, int exponent) {
  if (x.digits == 0) return 0;
  if (x.exponent < exponent) return std::nullopt;
  std::int64_t digits = x.digits;
  for (int places = x.exponent - exponent; places > 0; --places) {
    if (std::abs(digits) > max_decimal_digits / 10) return std::nullopt;
    digits *= 10;
  }
  if (std::abs(digits) > max_decimal_digits) return std::nullopt;
  return digits;
}

}  // namespace sibyl
