#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/samplers/registry.hpp"
#include "core/space/unit_cube.hpp"

namespace sibyl {

/// Points that fill the unit cube evenly (Sobol 1967, with the direction numbers of Joe & Kuo 2008): of 2^k
/// points from a multiple of 2^k on, in each dimension each interval of length 2^-k has one. Scrambled (Owen
/// 1995: the digits of each coordinate are permuted, each by what is before it) each point by itself is
/// uniformly distributed, and the evenness stays.
///
/// A point is a function of its index, the dimension and the seed alone, whatever the number of dimensions.
/// From the 102nd dimension on coordinates are random numbers.
class SobolSequence {
 public:
  /// Without a seed it is not scrambled: point 0 is the corner, point 1 the centre.
  SobolSequence(std::size_t dimensions, std::optional<std::uint64_t> seed);

  /// Coordinates in [0, 1), multiples of 2^-53. Indices that are 2^53 apart have the same point.
  Point at(std::uint64_t index) const;

 private:
  static constexpr int digits = 53;
  using Columns = std::array<std::uint64_t, digits>;  ///< what each bit of an index adds to the coordinate
  static Columns columns(std::size_t dimension);
  double random(std::uint64_t index, std::size_t dimension) const;

  std::size_t dimensions_;
  std::optional<std::uint64_t> seed_;
  std::vector<Columns> columns_;
  std::vector<std::uint64_t> keys_;  ///< of each dimension's scrambling
};

/// Trial k tries the point k of a scrambled sequence. Where another trial has had that configuration, random
/// search chooses: it knows what is left.
SamplerKind sobol_sampler();

}  // namespace sibyl
