#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sibyl {

/// A sequence of random numbers that is a function of its identity alone: (seed, trial, parameter name), say.
/// Nothing is drawn from shared state, so the same question has the same answer on any worker, at any time,
/// after any restart.
///
/// Generator: xoshiro256++ (Blackman & Vigna 2019), its state filled by SplitMix64 from a 64-bit key. The
/// distributions are ours, because those of `std::` differ between standard libraries; tests pin their
/// outputs.
class RandomStream {
 public:
  /// The parts of the identity are integers and strings; their order matters.
  template <class... Parts>
  explicit RandomStream(std::uint64_t seed, const Parts&... parts)
      : RandomStream(from_key, key(seed, parts...)) {}

  /// 64 uniform bits.
  std::uint64_t bits();
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();
  /// Uniform in [0, n), without bias (Lemire 2019). `n` must be positive.
  std::uint64_t below(std::uint64_t n);
  /// Standard normal (Box & Muller 1958), one draw for two uniforms.
  double normal();

  /// The 64-bit key of an identity: what a library that only takes a seed is given.
  template <class... Parts>
  static std::uint64_t key(std::uint64_t seed, const Parts&... parts) {
    std::uint64_t state = mix(seed);
    ((state = mix(state ^ part(parts))), ...);
    return state;
  }

 private:
  enum FromKey { from_key };
  RandomStream(FromKey, std::uint64_t key);

  static std::uint64_t mix(std::uint64_t x);
  static std::uint64_t part(std::int64_t number) { return static_cast<std::uint64_t>(number); }
  static std::uint64_t part(std::string_view text);

  std::array<std::uint64_t, 4> state_;
};

}  // namespace sibyl
