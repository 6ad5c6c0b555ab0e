#include "core/samplers/guided.hpp"

#include <algorithm>

namespace sibyl {

namespace {

constexpr std::size_t min_first = 8, max_first = 64;

/// A job that is asked builds a model for each candidate.
constexpr std::size_t max_candidates = 50;

}  // namespace

std::size_t first_points(std::size_t dimensions) {
  return std::clamp(2 * dimensions, min_first, max_first);
}

GuidedSampler::GuidedSampler(std::string name, std::unique_ptr<RandomSearch> random, const SearchSpace& space,
                             const SamplerSettings& settings, const MakeProposer& make, TrialId sobol_one_in)
    : OverRandom(std::move(random)),
      name_(std::move(name)),
      cube_(space),
      sobol_(cube_.dimensions().size(), settings.seed),
      priors_(cube_, settings.priors),
      proposer_(settings.rehearsal ? nullptr : make(cube_, priors_)),
      maximize_(settings.objective.direction == Direction::maximize),
      first_(static_cast<TrialId>(first_points(cube_.dimensions().size()))),
      // Bad trials cost little where most are given up after a few epochs (BOHB, Falkner et al. 2018, takes
      // as many).
      one_in_(settings.several_budgets ? 3 : sobol_one_in) {
  learn_from(settings.earlier);
}

void GuidedSampler::learn_from(const std::vector<EarlierTrial>& earlier) {
  const auto count = static_cast<TrialId>(earlier.size());
  // One that says nothing of some hyperparameters replaces no first point.
  const auto& all = cube_.space().hyperparameters();
  const auto is_whole = [&](const EarlierTrial& each) {
    return std::all_of(all.begin(), all.end(), [&](const Hyperparameter& one) {
      return !one.conditions.empty() || size(one.domain) == 1U || each.values.contains(one.name);
    });
  };
  first_ -= std::min(first_, static_cast<TrialId>(std::count_if(earlier.begin(), earlier.end(), is_whole)));
  for (TrialId i = 0; proposer_ && i < count; ++i) {
    const EarlierTrial& each = earlier[static_cast<std::size_t>(i)];
    proposer_->started(i - count, cube_.point(each.values));
    for (const auto& [epoch, score] : each.scores) proposer_->evaluated({i - count, epoch, loss(score)});
  }
}

bool GuidedSampler::learns(TrialId trial) const {
  return trial >= first_ && trial % one_in_ != 0;
}

Sample GuidedSampler::choose(TrialId trial) const {
  if (exhausted()) return random().sample(trial);
  if (!learns(trial)) {
    const Point even = sobol_.at(static_cast<std::uint64_t>(trial));
    const bool as_expected = trial < first_ && trial % 2 == 0;
    const Values values = cube_.values(as_expected ? priors_.spread(even) : even);
    if (auto untried = random().if_untried(values, trial)) return {std::move(*untried), {"sobol"}};
    return random().sample(trial);
  }
  if (!proposer_) return {random().sample(trial).values, {name_}};  // whatever it would choose
  const auto candidates = proposer_->propose(trial);
  for (std::size_t i = 0; i < std::min(candidates.size(), max_candidates); ++i) {
    const Candidate& each = candidates[i];
    if (auto untried = random().if_untried(cube_.values(each.point), trial))
      return {std::move(*untried), {name_, loss(each.mean), each.deviation, each.epoch}};
  }
  return random().sample(trial);
}

void GuidedSampler::started(TrialId trial, const Values& values) {
  OverRandom::started(trial, values);
  if (proposer_) proposer_->started(trial, cube_.point(values));
}

void GuidedSampler::observed(const Observation& observation) {
  OverRandom::observed(observation);
  if (proposer_)
    proposer_->evaluated(
        {observation.slot.trial, observation.slot.last_epoch,
         observation.failed ? std::numeric_limits<double>::quiet_NaN() : loss(observation.score)});
}

}  // namespace sibyl
