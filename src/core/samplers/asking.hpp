#pragma once

#include <unordered_set>

#include "core/space/configurations.hpp"
#include "core/space/count.hpp"
#include "sibyl/sampler.hpp"

namespace sibyl {

/// Random search like RandomSampler's, for a job that says which hyperparameters a configuration asks for:
/// what a trial does not ask for is no part of it, and no two trials ask for the same with the same values.
/// A space with a known number of configurations is used up, each being tried exactly once.
class AskingSampler : public RandomSearch {
 public:
  /// `configurations`: how many there are, where that was counted. Without `ask` (a sweep that is told again
  /// from its record) it learns what it is told all the same, but its samples are the search space's.
  AskingSampler(SearchSpace space, std::uint64_t seed, std::optional<std::uint64_t> configurations, Ask ask);

  Sample sample(TrialId trial) const override;
  bool takes_long(TrialId) const override { return ask_ != nullptr; }
  std::optional<Values> if_untried(const Values& values, TrialId trial) const override;
  std::optional<std::uint64_t> untried() const override;
  void started(TrialId trial, const Values& values) override;
  bool exhausted() const override;
  std::vector<Hyperparameter> beyond(const SearchSpace& known, const Values& values) const override;

 private:
  Values choose(TrialId trial) const;
  std::optional<Values> choose_unused(TrialId trial) const;
  std::optional<Values> walk(TrialId trial, int builds) const;
  Values asked(const Values& given, TrialId trial, std::int64_t redraw) const;
  bool is_used(const Values& values) const { return used_.contains(key(values)); }
  bool is_one_of_a_kind(const Values& values) const;
  static std::uint64_t key(const Values& values);

  SearchSpace space_;
  std::uint64_t seed_;
  std::optional<std::uint64_t> points_;          ///< of the search space as it stands
  std::optional<std::uint64_t> configurations_;  ///< counted
  Ask ask_;
  std::unordered_set<std::uint64_t> used_;
  bool went_beyond_ = false;  ///< a trial had a hyperparameter that the space does not name
  mutable std::optional<Configurations> listed_;  ///< of the search space as it stands, once they are needed
  mutable std::optional<std::set<Values>> all_;   ///< once they are needed; empty where they are not known
  mutable std::optional<std::pair<TrialId, Values>>
      latest_;  ///< a question that is asked again costs nothing
};

}  // namespace sibyl
