#pragma once

#include <cmath>
#include <limits>

#include "sibyl/domain.hpp"

// Domains of every kind, from everyday ones to the ends of their types; some make no sense.
namespace sibyl {

class RandomDomain {
 public:
  explicit RandomDomain(RandomStream& random) : random_(random) {}

  Domain any() {
    switch (random_.below(3)) {
      case 0:
        return whole();
      case 1:
        return real();
      default:
        return choices();
    }
  }

  Domain whole() {
    IntRange range{integer(), integer(), random_.below(2) == 0 ? 1 : std::abs(integer() / 2) + 1, sampling()};
    if (range.sampling != Sampling::linear && random_.below(4) != 0) {
      range.min = std::abs(range.min / 2) + 1;
      range.max = std::abs(range.max / 2) + 1;
    }
    if (range.min > range.max && random_.below(8) != 0) std::swap(range.min, range.max);
    if (random_.below(20) == 0) range.max = range.min;
    return range;
  }

  Domain real() {
    FloatRange range{number(), number(), 0, sampling()};
    if (range.sampling != Sampling::linear && random_.below(4) != 0) {
      range.min = std::abs(range.min);
      range.max = std::abs(range.max);
    }
    if (range.min > range.max && random_.below(8) != 0) std::swap(range.min, range.max);
    if (random_.below(20) == 0) range.max = range.min;
    if (random_.below(2) == 0) return range;
    if (range.sampling == Sampling::log)
      range.step = 1 + std::abs(number());
    else if (random_.below(2) == 0)
      range.step = std::abs(number());
    else  // a divisor, or nearly
      range.step = (range.max - range.min) / static_cast<double>(1 + random_.below(50));
    return range;
  }

  Domain choices() {
    Choices choices;
    const std::uint64_t type = random_.below(3);
    for (std::uint64_t n = 1 + random_.below(6); n > 0; --n) {
      if (type == 0) choices.values.emplace_back(integer());
      if (type == 1) choices.values.emplace_back(number());
      if (type == 2) choices.values.emplace_back(to_string(Value(integer())));
    }
    return choices;
  }

 private:
  Sampling sampling() { return static_cast<Sampling>(random_.below(3)); }

  std::int64_t integer() {
    const auto bits = random_.bits();
    switch (random_.below(5)) {
      case 0:
        return static_cast<std::int64_t>(bits);
      case 1:
        return std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(bits % 10);
      case 2:
        return std::numeric_limits<std::int64_t>::min() + static_cast<std::int64_t>(bits % 10);
      default:
        return static_cast<std::int64_t>(bits % 300) - 100;
    }
  }

  double number() {
    switch (random_.below(8)) {
      case 0:
        return std::ldexp(random_.uniform() - 0.5, static_cast<int>(random_.below(2000)) - 1000);
      case 1:
        return std::pow(10, static_cast<double>(random_.below(600)) - 300);
      case 2:
        return random_.uniform();
      case 3:
        return random_.below(10) == 0 ? std::nan("") : std::numeric_limits<double>::max();
      default:
        return static_cast<double>(static_cast<std::int64_t>(random_.below(2000)) - 500) /
               std::pow(10, static_cast<double>(random_.below(5)));
    }
  }

  RandomStream& random_;
};

}  // namespace sibyl
