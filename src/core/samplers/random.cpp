#include "core/samplers/random.hpp"

#include <algorithm>

namespace sibyl {

namespace {

constexpr int most_attempts = 100;
constexpr std::uint64_t most_listed = 1 << 17;

}  // namespace

RandomSampler::RandomSampler(SearchSpace space, std::uint64_t seed)
    : space_(std::move(space)), seed_(seed), points_(space_.points()) {
  const auto& all = space_.hyperparameters();
  never_repeats_ = std::any_of(all.begin(), all.end(), [](const Hyperparameter& each) {
    return each.conditions.empty() && !size(each.domain);
  });
}

// Of the hyperparameters that the space names: those that a worker found later are not the sampler's.
std::uint64_t RandomSampler::key(const Values& values) const {
  std::uint64_t key = 0;
  for (const Hyperparameter& hyperparameter : space_.hyperparameters())
    if (const auto value = values.find(hyperparameter.name); value != values.end())
      key = RandomStream::key(key, hyperparameter.name, to_string(value->second));
  return key;
}

Values RandomSampler::sample(TrialId trial) const {
  if (!unused_.empty()) {
    RandomStream random(seed_, trial, "an unused configuration");
    return space_.point(unused_[random.below(unused_.size())]);
  }
  // A space that is too large to be listed and yet repeats itself this often has nearly all of its weight on
  // few configurations: then a repeat is what was asked for. So is it when the space is used up.
  Values values = draw(space_, seed_, trial);
  if (never_repeats_ || exhausted()) return values;
  for (int attempt = 1; used_.contains(key(values)) && attempt < most_attempts; ++attempt)
    values = draw(space_, seed_, trial, attempt);
  return values;
}

void RandomSampler::started(TrialId, const Values& values) {
  if (never_repeats_) return;
  const std::uint64_t used = key(values);
  used_.insert(used);
  if (!points_ || *points_ > most_listed || used_.size() * 2 < *points_ || exhausted()) {
    unused_.clear();
    return;
  }
  if (unused_.empty()) {
    for (std::uint64_t index = 0; index < *points_; ++index)
      if (!used_.contains(key(space_.point(index)))) unused_.push_back(index);
    return;
  }
  for (std::uint64_t& index : unused_) {
    if (key(space_.point(index)) != used) continue;
    index = unused_.back();
    unused_.pop_back();
    return;
  }
}

bool RandomSampler::exhausted() const {
  return points_ && used_.size() >= *points_;
}

}  // namespace sibyl
