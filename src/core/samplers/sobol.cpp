#include "core/samplers/sobol.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/samplers/sobol_directions.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

namespace {

constexpr int scrambled_digits = 32;

// Each digit is flipped or not, by a random number that belongs to the dimension and the digits before it:
// intervals of length 2^-k change places, and what is in one stays together. After 32 digits hardly any two
// points have the same before them: what follows is flipped at once.
std::uint64_t scrambled(std::uint64_t x, int digits, std::uint64_t key) {
  const int rest = digits - scrambled_digits;
  std::uint64_t before = 1;  // with a one in front: 0 is not 00
  std::uint64_t result = 0;
  for (int digit = digits - 1; digit >= rest; --digit) {
    const std::uint64_t here = x >> digit & 1;
    const std::uint64_t flip = RandomStream::key(key, static_cast<std::int64_t>(before)) & 1;
    result = result << 1 | (here ^ flip);
    before = before << 1 | here;
  }
  const std::uint64_t low = (std::uint64_t{1} << rest) - 1;
  const std::uint64_t flips = RandomStream::key(key, static_cast<std::int64_t>(before));
  return result << rest | ((x ^ flips) & low);
}

}  // namespace

SobolSequence::SobolSequence(std::size_t dimensions, std::optional<std::uint64_t> seed)
    : dimensions_(dimensions), seed_(seed) {
  const std::size_t known = std::min(dimensions, sobol_directions.size() + 1);
  for (std::size_t dimension = 0; dimension < known; ++dimension) {
    columns_.push_back(columns(dimension));
    if (seed) keys_.push_back(RandomStream::key(*seed, "sobol", static_cast<std::int64_t>(dimension)));
  }
}

// The recurrence of Bratley & Fox 1988, algorithm 659: m_k = a_1 2 m_(k-1) + ... + a_(s-1) 2^(s-1) m_(k-s+1)
// + 2^s m_(k-s) + m_(k-s), additions being exclusive ors. Column k is m_k / 2^k.
SobolSequence::Columns SobolSequence::columns(std::size_t dimension) {
  Columns m{};
  m.fill(1);
  if (dimension > 0) {
    const auto& [polynomial, initial] = sobol_directions[dimension - 1];
    const int degree = std::bit_width(polynomial) - 1;
    for (int k = 0; k < digits; ++k) {
      if (k < degree) {
        m[k] = initial[k];
        continue;
      }
      m[k] = m[k - degree];
      for (int power = 1; power <= degree; ++power)
        if (polynomial >> (degree - power) & 1) m[k] ^= m[k - power] << power;
    }
  }
  for (int k = 0; k < digits; ++k) m[k] <<= digits - 1 - k;
  return m;
}

double SobolSequence::random(std::uint64_t index, std::size_t dimension) const {
  return RandomStream(seed_.value_or(0), "beyond sobol", static_cast<std::int64_t>(index),
                      static_cast<std::int64_t>(dimension))
      .uniform();
}

Point SobolSequence::at(std::uint64_t index) const {
  index &= (std::uint64_t{1} << digits) - 1;
  Point point(dimensions_);
  for (std::size_t dimension = 0; dimension < columns_.size(); ++dimension) {
    std::uint64_t x = 0;
    for (std::uint64_t bits = index; bits != 0; bits &= bits - 1)
      x ^= columns_[dimension][static_cast<std::size_t>(std::countr_zero(bits))];
    if (seed_) x = scrambled(x, digits, keys_[dimension]);
    point[dimension] = static_cast<double>(x) * 0x1p-53;
  }
  for (std::size_t dimension = columns_.size(); dimension < dimensions_; ++dimension)
    point[dimension] = random(index, dimension);
  return point;
}

namespace {

class SobolSampler : public OverRandom {
 public:
  SobolSampler(std::unique_ptr<RandomSearch> random, const SearchSpace& space, std::uint64_t seed)
      : OverRandom(std::move(random)), cube_(space), sequence_(cube_.dimensions().size(), seed) {}

 private:
  Sample choose(TrialId trial) const override {
    if (!random().exhausted()) {
      const Values values = cube_.values(sequence_.at(static_cast<std::uint64_t>(trial)));
      if (auto untried = random().if_untried(values, trial)) return {std::move(*untried), "sobol"};
    }
    return random().sample(trial);
  }

  UnitCube cube_;
  SobolSequence sequence_;
};

}  // namespace

SamplerKind sobol_sampler() {
  return {"sobol", "spread evenly, without duplicates",
          [](std::unique_ptr<RandomSearch> random, const SearchSpace& space,
             const SamplerSettings& settings) -> std::unique_ptr<Sampler> {
            return std::make_unique<SobolSampler>(std::move(random), space, settings.seed);
          }};
}

}  // namespace sibyl
