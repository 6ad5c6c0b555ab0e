#pragma once

#include <array>
#include <cstdint>

namespace sibyl {

/// What a dimension of Sobol's sequence is made of: a primitive polynomial over the numbers 0 and 1, its
/// coefficients being the bits, the highest power's first; and as many initial numbers as its degree.
struct SobolDirections {
  std::uint32_t polynomial;
  std::array<std::uint32_t, 9> initial;
};

/// Of the second dimension and those that follow: the first needs none.
extern const std::array<SobolDirections, 100> sobol_directions;

}  // namespace sibyl
