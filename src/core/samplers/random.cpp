#include "core/samplers/random.hpp"

#include <algorithm>

namespace sibyl {

namespace {

constexpr int max_draws = 100;
constexpr std::uint64_t max_listed = 1 << 20;

// Then nothing needs to be counted.
bool has_continuous(const SearchSpace& space) {
  const auto& all = space.hyperparameters();
  return std::any_of(all.begin(), all.end(), [](const Hyperparameter& each) {
    return each.conditions.empty() && !size(each.domain);
  });
}

}  // namespace

RandomSampler::RandomSampler(SearchSpace space, std::uint64_t seed)
    : space_(std::move(space)),
      seed_(seed),
      never_repeats_(has_continuous(space_)),
      configurations_(never_repeats_ ? SearchSpace{} : space_) {
  if (!never_repeats_) points_ = configurations_.count();
}

// Of the hyperparameters that the space names: those that a worker found later are not the sampler's. None
// for values that the space does not have (those of a journal may be anything).
std::optional<std::uint64_t> RandomSampler::key(const Values& values) const {
  if (points_) return configurations_.place_of(values);
  std::uint64_t key = 0;
  for (const Hyperparameter& hyperparameter : space_.hyperparameters())
    if (const auto value = values.find(hyperparameter.name); value != values.end())
      key = RandomStream::key(key, hyperparameter.name, to_string(value->second));
  return key;
}

Sample RandomSampler::sample(TrialId trial) const {
  return {choose(trial), {"random"}};
}

std::optional<Values> RandomSampler::if_untried(const Values& values, TrialId) const {
  if (never_repeats_) return values;
  const auto place = key(values);
  return place && used_.contains(*place) ? std::nullopt : std::optional(values);
}

std::optional<std::uint64_t> RandomSampler::untried() const {
  if (!points_) return std::nullopt;
  return *points_ - std::min<std::uint64_t>(used_.size(), *points_);
}

Values RandomSampler::choose(TrialId trial) const {
  RandomStream random(seed_, trial, "an unused configuration");
  if (!unused_.empty()) return configurations_.at(unused_[random.below(unused_.size())]);

  Values values = draw(space_, seed_, trial);
  if (never_repeats_ || exhausted())
    return values;  // when the space is used up, a repeat is what was asked for
  const auto used = [&] {
    const auto known = key(values);
    return known && used_.contains(*known);
  };
  for (int redraw = 1; used() && redraw < max_draws; ++redraw) values = draw(space_, seed_, trial, redraw);
  if (!points_ || !used()) return values;
  // Few configurations have nearly all of the weight, and are used: the next unused one from anywhere.
  std::uint64_t place = random.below(*points_);
  while (used_.contains(place)) place = place + 1 < *points_ ? place + 1 : 0;
  return configurations_.at(place);
}

void RandomSampler::started(TrialId, const Values& values) {
  if (never_repeats_) return;
  const auto used = key(values);
  if (!used || !used_.insert(*used).second || !points_ || *points_ > max_listed) return;
  if (exhausted()) {
    unused_.clear();
  } else if (!unused_.empty()) {
    const std::uint32_t hole = among_unused_[*used];
    unused_[hole] = unused_.back();
    among_unused_[unused_[hole]] = hole;
    unused_.pop_back();
  } else if (used_.size() * 2 >= *points_) {
    list_unused();
  }
}

void RandomSampler::list_unused() {
  among_unused_.resize(*points_);
  for (std::uint64_t place = 0; place < *points_; ++place) {
    if (used_.contains(place)) continue;
    among_unused_[place] = static_cast<std::uint32_t>(unused_.size());
    unused_.push_back(place);
  }
}

bool RandomSampler::exhausted() const {
  return points_ && used_.size() >= *points_;
}

SamplerKind random_sampler() {
  return {"random", "without duplicates",
          [](std::unique_ptr<RandomSearch> random, const SearchSpace&,
             const SamplerSettings&) -> std::unique_ptr<Sampler> { return random; }};
}

}  // namespace sibyl
