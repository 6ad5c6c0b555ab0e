#pragma once

#include <cstdint>

#include "sibyl/domain.hpp"

// How log and reverse_log sampling spread their values over the quantiles 0 <= u <= 1.
namespace sibyl {

/// Of continuous ranges.
double at_quantile(const FloatRange& range, double u);
double quantile_of(const FloatRange& range, double x);

/// Of a range with steps that are no factors. Each value has the share of the density that lies within half a
/// step of it; that of min and max reaches half a step beyond them where the values are whole numbers (as in
/// Optuna), so that the ends get their share.
class Spread {
 public:
  Spread(const IntRange& range, std::uint64_t last);
  Spread(const FloatRange& range, std::uint64_t last);

  std::uint64_t place(double u) const;
  /// Those that are the place's.
  Quantiles quantiles(std::uint64_t place) const;

 private:
  double share(double steps) const;

  // From the end where values are dense: min with log sampling, the last value with reverse_log.
  double step_, low_, length_;  ///< the density lies over [low, low + length], as that of a logarithm
  double lead_;                 ///< from where it begins to the first value from that end
  double logarithm_;            ///< of (low + length) / low
  bool reverse_;
  std::uint64_t last_;
};

}  // namespace sibyl
