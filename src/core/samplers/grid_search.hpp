#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "core/samplers/registry.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// Every configuration of a space once, in order: of each hyperparameter its default comes first, then its
/// other values in theirs; the last hyperparameter changes fastest. So the defaults are the first trial, and
/// what depends on a value has its turn under that value only.
///
/// Nothing is listed: the next configuration is found from the one before it. What counts as tried is what it
/// was told that trials started with, whoever chose it.
///
/// A job may ask for less than the space has. Then what a trial was not given is not varied beside it: a job
/// asks in the order in which the space names its hyperparameters, so what it did not ask for with these
/// values before it, it never does with them.
class GridSearch : public OverRandom {
 public:
  /// `random`: random search in the same space, each of whose hyperparameters has a number of values.
  GridSearch(std::unique_ptr<RandomSearch> random, SearchSpace grid);

  void started(TrialId trial, const Values& values) override;
  bool exhausted() const override;

 private:
  static constexpr std::uint64_t absent = static_cast<std::uint64_t>(-1);
  /// For each hyperparameter of the space where in its order the value stands, or that it has none.
  using Places = std::vector<std::uint64_t>;
  struct Axis {
    std::uint64_t values = 1;
    std::uint64_t first = 0;  ///< the default's place in the domain
  };

  Sample choose(TrialId trial) const override;
  Value value(std::size_t i, std::uint64_t place) const;
  Values values(const Places& places, std::size_t end) const;
  /// None if it is no configuration of the grid.
  std::optional<Places> places(const Values& values) const;
  /// Has it all that the space says?
  bool is_whole(const Places& places) const;
  /// The first values of all hyperparameters from `begin` on.
  void begin_with(Places& places, std::size_t begin) const;
  /// The one after it; none: it is the last. What is absent stays so before the value that changes.
  std::optional<Places> next(Places places) const;
  /// Was it tried? Then what of it that trial was given.
  std::optional<Places> tried(const Places& places) const;

  SearchSpace grid_;
  std::vector<Axis> axes_;
  std::optional<Places> next_;              ///< in order, the first that no trial has had
  std::unordered_set<std::uint64_t> used_;  ///< keys of what trials were given
  std::vector<std::vector<std::size_t>>
      partly_;  ///< what was asked for, where that is less than the space has
};

/// See registry.hpp.
SamplerKind grid_sampler();

}  // namespace sibyl
