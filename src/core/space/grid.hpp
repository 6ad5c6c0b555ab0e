#pragma once

#include <cstdint>
#include <optional>

#include "sibyl/domain.hpp"

// The values of ranges with steps, by place: 0, 1, ... up to and including `last_place`.
//
// They are those that one would write. Bounds and steps are read as the shortest decimals that mean them, and
// min + k * step (with log sampling and a factor: min * step^k) is calculated in decimals: 0, 0.1, 0.2, 0.3,
// not 0.30000000000000004. Where that takes more than 15 digits (a step of 1.0 / 3), it is calculated in
// doubles. A last value within a millionth of a step of max is max, as written; none is beyond it.
//
// Every function has an answer for every range, also for one that `check` would refuse: a journal may hold
// anything.
namespace sibyl {

/// With log sampling and a step above 1 the step is a factor.
bool by_factor(const IntRange& range);
bool by_factor(const FloatRange& range);

std::uint64_t last_place(const IntRange& range);
std::int64_t value_at(const IntRange& range, std::uint64_t place);
/// None if the value is not in the range.
std::optional<std::uint64_t> place_of(const IntRange& range, std::int64_t value);

/// Of a FloatRange with a step.
class FloatGrid {
 public:
  explicit FloatGrid(const FloatRange& range);

  std::uint64_t last_place() const { return last_; }
  double value_at(std::uint64_t place) const;
  /// The place of the value next to x.
  std::uint64_t nearest(double x) const;
  /// The place whose value x is, give or take what rounding does to it; none if there is none.
  std::optional<std::uint64_t> place_of(double x) const;

 private:
  enum class Way : std::uint8_t { decimal, binary, factor };
  double unclipped(std::uint64_t place) const;
  void count_steps();
  void count_factors();

  FloatRange range_;
  Way way_ = Way::binary;
  std::int64_t first_ = 0, step_ = 0;  ///< decimal: scaled to whole numbers
  double scale_ = 1;
  std::uint64_t last_ = 0;
  bool ends_at_max_ = false;
};

}  // namespace sibyl
