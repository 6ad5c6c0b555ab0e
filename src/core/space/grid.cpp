#include "core/space/grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/space/decimal.hpp"

namespace sibyl {

namespace {

// How much of a step a value may miss by and still be taken for the one that was meant.
constexpr double much_of_a_step = 1e-6;
// Powers of ten that doubles hold exactly: one division by them is rounded once.
constexpr int max_places = 22;
constexpr double max_steps = 0x1p53;

std::uint64_t step_of(const IntRange& range) {
  return range.step > 0 ? static_cast<std::uint64_t>(range.step) : 1;
}

}  // namespace

bool by_factor(const IntRange& range) {
  return range.sampling == Sampling::log && range.step > 1 && range.min > 0;
}

bool by_factor(const FloatRange& range) {
  return range.sampling == Sampling::log && range.step > 1 && range.min > 0;
}

std::uint64_t last_place(const IntRange& range) {
  if (range.max <= range.min) return 0;
  if (!by_factor(range))
    return (static_cast<std::uint64_t>(range.max) - static_cast<std::uint64_t>(range.min)) / step_of(range);
  std::uint64_t steps = 0;
  for (std::int64_t x = range.min; x <= range.max / range.step; x *= range.step) ++steps;
  return steps;
}

std::int64_t value_at(const IntRange& range, std::uint64_t place) {
  if (!by_factor(range))  // modulo 2^64: the whole range of std::int64_t may lie between min and the value
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(range.min) + place * step_of(range));
  std::int64_t value = range.min;
  for (; place > 0; --place) value *= range.step;
  return value;
}

std::optional<std::uint64_t> place_of(const IntRange& range, std::int64_t value) {
  if (value < range.min || value > range.max) return std::nullopt;
  if (!by_factor(range)) {
    const std::uint64_t above = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(range.min);
    if (above % step_of(range) != 0) return std::nullopt;
    return above / step_of(range);
  }
  std::uint64_t place = 0;
  for (std::int64_t x = range.min; x < value && x <= range.max / range.step; x *= range.step) ++place;
  if (value_at(range, place) != value) return std::nullopt;
  return place;
}

FloatGrid::FloatGrid(const FloatRange& range) : range_(range) {
  if (!(range.min < range.max) || !(range.step > 0) || !std::isfinite(range.min) || !std::isfinite(range.max))
    return;
  if (by_factor(range))
    count_factors();
  else
    count_steps();
}

void FloatGrid::count_steps() {
  if (!std::isfinite(range_.step)) return;
  const Decimal min = decimal_of(range_.min), max = decimal_of(range_.max), step = decimal_of(range_.step);
  const int exponent = std::min({min.exponent, max.exponent, step.exponent, 0});
  const auto first = scaled(min, exponent), last = scaled(max, exponent), one = scaled(step, exponent);
  if (first && last && one && exponent >= -max_places) {
    way_ = Way::decimal;
    first_ = *first;
    step_ = *one;
    for (int places = exponent; places < 0; ++places) scale_ *= 10;
    last_ = static_cast<std::uint64_t>((*last - *first) / *one);
    const auto rest = static_cast<double>((*last - *first) % *one), whole = static_cast<double>(*one);
    ends_at_max_ = rest <= much_of_a_step * whole;
    if (whole - rest > much_of_a_step * whole) return;
    ++last_;
    ends_at_max_ = true;
    return;
  }
  const double length = range_.max - range_.min;  // may be beyond the doubles
  const double steps =
      std::isfinite(length) ? length / range_.step : range_.max / range_.step - range_.min / range_.step;
  if (!(steps < max_steps)) {
    last_ = static_cast<std::uint64_t>(max_steps);
    return;
  }
  last_ = static_cast<std::uint64_t>(steps + much_of_a_step);
  ends_at_max_ = std::abs(steps - static_cast<double>(last_)) <= much_of_a_step;
}

void FloatGrid::count_factors() {
  way_ = Way::factor;
  // A factor's step is a share of the value: at most a millionth of the value, too.
  const double most = std::min(range_.max * (1 + much_of_a_step * std::min(range_.step - 1, 1.0)),
                               std::numeric_limits<double>::max());
  const double ratio = range_.max / range_.min;
  const double logarithm =
      std::isfinite(ratio) ? std::log(ratio) : std::log(range_.max) - std::log(range_.min);
  last_ = static_cast<std::uint64_t>(std::min(logarithm / std::log1p(range_.step - 1), max_steps));
  // The logarithm may be off by one.
  if (last_ > 0 && unclipped(last_) > most) --last_;
  if (unclipped(last_ + 1) <= most) ++last_;
  ends_at_max_ = unclipped(last_) >= 2 * range_.max - most;
}

double FloatGrid::unclipped(std::uint64_t place) const {
  const auto k = static_cast<double>(place);
  switch (way_) {
    case Way::decimal:
      return static_cast<double>(first_ + static_cast<std::int64_t>(place) * step_) / scale_;
    case Way::binary:
      return range_.min + k * range_.step;
    case Way::factor:
      break;
  }
  const Decimal factor = decimal_of(range_.step);
  Decimal x = decimal_of(range_.min);
  for (std::uint64_t left = factor.digits == 1 ? 0 : place; left > 0; --left) {
    if (x.digits > max_decimal_digits / factor.digits) {
      const double power = std::pow(range_.step, k), half = std::floor(k / 2);
      if (std::isfinite(power)) return range_.min * power;
      // In two halves: max / min may be beyond the doubles.
      return range_.min * std::pow(range_.step, half) * std::pow(range_.step, k - half);
    }
    x.digits *= factor.digits;
  }
  x.exponent += static_cast<int>(place) * factor.exponent;
  return number_of(x);
}

double FloatGrid::value_at(std::uint64_t place) const {
  if (place == 0) return range_.min;
  if (place == last_ && ends_at_max_) return range_.max;
  return std::min(unclipped(place), range_.max);
}

std::uint64_t FloatGrid::nearest(double x) const {
  if (last_ == 0 || !(x > range_.min)) return 0;
  if (x >= range_.max) return last_;
  const double ratio = x / range_.min;
  const double steps = way_ == Way::factor
                           ? (std::isfinite(ratio) ? std::log(ratio) : std::log(x) - std::log(range_.min)) /
                                 std::log1p(range_.step - 1)
                           : x / range_.step - range_.min / range_.step;
  // With very many steps the division is off by a few.
  constexpr std::uint64_t around = 3;
  const auto middle =
      static_cast<std::uint64_t>(std::clamp(std::round(steps), 0.0, static_cast<double>(last_)));
  std::uint64_t best = middle;
  for (std::uint64_t place = middle - std::min(middle, around); place <= std::min(middle + around, last_);
       ++place)
    if (std::abs(value_at(place) - x) < std::abs(value_at(best) - x)) best = place;
  return best;
}

std::optional<std::uint64_t> FloatGrid::place_of(double x) const {
  const std::uint64_t place = nearest(x);
  const double value = value_at(place);
  const double step = way_ == Way::factor ? value * std::min(range_.step - 1, 1.0) : range_.step;
  // min and max may be infinite or no numbers in a range that `check` would refuse: nothing is next to them.
  if (x == value || std::abs(x - value) <= much_of_a_step * 1e-3 * step) return place;
  return std::nullopt;
}

}  // namespace sibyl
