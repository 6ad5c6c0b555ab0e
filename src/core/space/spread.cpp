#include "core/space/spread.hpp"

#include <algorithm>
#include <cmath>

namespace sibyl {

namespace {

double log_ratio(double low, double high) {
  const double ratio = high / low;
  return std::isfinite(ratio) ? std::log(ratio) : std::log(high) - std::log(low);
}

// min * (max / min)^u
double at_log_quantile(double min, double max, double u) {
  const double ratio = max / min;
  if (std::isfinite(ratio)) return min * std::pow(ratio, u);
  return std::exp(std::log(min) + u * log_ratio(min, max));
}

}  // namespace

double at_quantile(const FloatRange& range, double u) {
  const double min = range.min, max = range.max;
  double x = min;
  switch (range.sampling) {
    case Sampling::linear:
      x = std::isfinite(max - min) ? min + (max - min) * u : min * (1 - u) + max * u;
      break;
    case Sampling::log:
      x = at_log_quantile(min, max, u);
      break;
    case Sampling::reverse_log:
      x = std::isfinite(max + min) ? max + min - at_log_quantile(min, max, 1 - u)
                                   : max - (at_log_quantile(min, max, 1 - u) - min);
      break;
  }
  // Written so that no number (of a range that `check` would refuse) becomes min, too.
  return x > min ? std::min(x, max) : min;
}

double quantile_of(const FloatRange& range, double x) {
  const double min = range.min, max = range.max;
  if (!(x > min) || !(min < max)) return 0;
  if (x >= max) return 1;
  switch (range.sampling) {
    case Sampling::linear:
      return std::isfinite(max - min) ? (x - min) / (max - min) : (x / 2 - min / 2) / (max / 2 - min / 2);
    case Sampling::log:
      return log_ratio(min, x) / log_ratio(min, max);
    case Sampling::reverse_log:
      return 1 - log_ratio(min, max - x + min) / log_ratio(min, max);
  }
  return 0;
}

Spread::Spread(const IntRange& range, std::uint64_t last)
    : step_(static_cast<double>(std::max<std::int64_t>(range.step, 1))),
      low_(std::max(static_cast<double>(range.min) - step_ / 2, 0.5)),
      length_(0),
      lead_(std::min(step_ / 2, static_cast<double>(range.min) - 0.5)),
      reverse_(range.sampling == Sampling::reverse_log),
      last_(last) {
  const std::uint64_t span = static_cast<std::uint64_t>(range.max) - static_cast<std::uint64_t>(range.min);
  length_ = lead_ + static_cast<double>(span) + step_ / 2;
  logarithm_ = std::log1p(length_ / low_);
  const std::uint64_t beyond_last =
      span - last * static_cast<std::uint64_t>(std::max<std::int64_t>(range.step, 1));
  if (reverse_) lead_ = static_cast<double>(beyond_last) + step_ / 2;
}

Spread::Spread(const FloatRange& range, std::uint64_t last)
    : step_(range.step),
      low_(range.min),
      length_(range.max - range.min),
      lead_(0),
      reverse_(range.sampling == Sampling::reverse_log),
      last_(last) {
  const double ratio = length_ / low_;
  logarithm_ = std::isfinite(ratio) ? std::log1p(ratio) : log_ratio(range.min, range.max);
  if (reverse_) lead_ = std::max(length_ - static_cast<double>(last) * step_, 0.0);
}

// In terms of how far a value is from the dense end: near the end of a range of large numbers there is little
// else.
std::uint64_t Spread::place(double u) const {
  const double share = reverse_ ? 1 - u : u;
  double above = low_ * std::expm1(share * logarithm_);
  if (!std::isfinite(above)) above = std::exp(std::log(low_) + share * logarithm_) - low_;
  const double steps = std::round((above - lead_) / step_);
  std::uint64_t from_end = 0;
  if (steps > 0) from_end = steps >= static_cast<double>(last_) ? last_ : static_cast<std::uint64_t>(steps);
  return reverse_ ? last_ - from_end : from_end;
}

double Spread::share(double steps) const {
  const double above = lead_ + steps * step_;
  if (!(above > 0)) return 0;
  const double ratio = above / low_;
  const double logarithm = std::isfinite(ratio) ? std::log1p(ratio) : std::log(above) - std::log(low_);
  return std::min(logarithm / logarithm_, 1.0);
}

Quantiles Spread::quantiles(std::uint64_t place) const {
  const std::uint64_t from_end = reverse_ ? last_ - place : place;
  const auto steps = static_cast<double>(from_end);
  const double from = from_end == 0 ? 0 : share(steps - 0.5);
  const double to = from_end == last_ ? 1 : share(steps + 0.5);
  return reverse_ ? Quantiles{1 - to, 1 - from} : Quantiles{from, to};
}

}  // namespace sibyl
