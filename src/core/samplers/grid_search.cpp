#include "core/samplers/grid_search.hpp"

#include <algorithm>

#include "core/space/thinned.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

constexpr int max_asked = 50;  ///< for one sample: a large model takes a while to build

std::vector<std::size_t> those_with(const std::vector<std::uint64_t>& places, std::uint64_t absent) {
  std::vector<std::size_t> present;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (places[i] != absent) present.push_back(i);
  return present;
}

std::uint64_t key(const std::vector<std::uint64_t>& places, const std::vector<std::size_t>& which) {
  std::uint64_t key = 0;
  for (const std::size_t i : which)
    key = RandomStream::key(key, static_cast<std::int64_t>(i), static_cast<std::int64_t>(places[i]));
  return key;
}

SearchSpace grid_of(const SearchSpace& space, const SamplerSettings& settings) {
  if (settings.grid_points > 0) return thinned(space, settings.grid_points);
  std::vector<std::string> endless;
  for (const Hyperparameter& each : space.hyperparameters())
    if (!size(each.domain) && std::find(endless.begin(), endless.end(), each.name) == endless.end())
      endless.push_back(each.name);
  if (endless.empty()) return space;
  std::string names;
  for (const std::string& name : endless) names += (names.empty() ? "" : ", ") + name;
  throw UsageError("--sampler grid tries all values, of which a continuous range has no number: " + names +
                   ". Give --grid-points N for N values of each range, or --set " + endless.front() +
                   "=VALUE, or a step in the job");
}

}  // namespace

GridSearch::GridSearch(std::unique_ptr<RandomSearch> random, SearchSpace grid)
    : OverRandom(std::move(random)), grid_(std::move(grid)) {
  for (const Hyperparameter& each : grid_.hyperparameters())
    axes_.push_back({size(each.domain).value(), place_of(each.domain, each.default_value).value_or(0)});
  Places first(axes_.size(), absent);
  begin_with(first, 0);
  next_ = std::move(first);
}

Value GridSearch::value(std::size_t i, std::uint64_t place) const {
  const std::uint64_t first = axes_[i].first;
  return value_at(grid_.hyperparameters()[i].domain, place == 0 ? first : place <= first ? place - 1 : place);
}

Values GridSearch::values(const Places& places, std::size_t end) const {
  Values values;
  for (std::size_t i = 0; i < end; ++i)
    if (places[i] != absent) values[grid_.hyperparameters()[i].name] = value(i, places[i]);
  return values;
}

// Of several under one name the first whose conditions hold is meant, as in `draw`. Hyperparameters that the
// space does not name don't matter.
std::optional<GridSearch::Places> GridSearch::places(const Values& values) const {
  Places places(axes_.size(), absent);
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const Hyperparameter& each = grid_.hyperparameters()[i];
    const auto given = values.find(each.name);
    if (given == values.end() || grid_.domain(each.name, values) != &each.domain) continue;
    const auto place = place_of(each.domain, given->second);
    if (!place) return std::nullopt;
    const std::uint64_t first = axes_[i].first;
    places[i] = *place == first ? 0 : *place < first ? *place + 1 : *place;
  }
  return places;
}

bool GridSearch::is_whole(const Places& places) const {
  const Values values = this->values(places, places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Hyperparameter& each = grid_.hyperparameters()[i];
    if (places[i] == absent && grid_.domain(each.name, values) == &each.domain) return false;
  }
  return true;
}

void GridSearch::begin_with(Places& places, std::size_t begin) const {
  Values values = this->values(places, begin);
  for (std::size_t i = begin; i < places.size(); ++i) {
    const Hyperparameter& each = grid_.hyperparameters()[i];
    const bool exists = !values.contains(each.name) && holds(each.conditions, values);
    places[i] = exists ? 0 : absent;
    if (exists) values[each.name] = value(i, 0);
  }
}

std::optional<GridSearch::Places> GridSearch::next(Places places) const {
  for (std::size_t i = places.size(); i-- > 0;) {
    if (places[i] == absent || places[i] + 1 == axes_[i].values) continue;
    ++places[i];
    begin_with(places, i + 1);
    return places;
  }
  return std::nullopt;
}

std::optional<GridSearch::Places> GridSearch::tried(const Places& places) const {
  if (used_.contains(key(places, those_with(places, absent)))) return places;
  for (const auto& asked : partly_) {
    const auto has = [&](std::size_t i) { return places[i] != absent; };
    if (!std::all_of(asked.begin(), asked.end(), has) || !used_.contains(key(places, asked))) continue;
    Places given(places.size(), absent);
    for (const std::size_t i : asked) given[i] = places[i];
    return given;
  }
  return std::nullopt;
}

void GridSearch::started(TrialId trial, const Values& values) {
  OverRandom::started(trial, values);
  const auto given = places(values);
  if (!given) return;
  const auto asked = those_with(*given, absent);
  used_.insert(key(*given, asked));
  if (!is_whole(*given) && std::find(partly_.begin(), partly_.end(), asked) == partly_.end())
    partly_.push_back(asked);
  while (next_) {
    auto given = tried(*next_);
    if (!given) return;
    next_ = next(std::move(*given));
  }
}

// Where it is known how many there are, all of them are tried: those that a job asks for beyond what the
// space names come after the grid, in random order.
bool GridSearch::exhausted() const {
  return random().exhausted() || (!next_ && random().untried().value_or(0) == 0);
}

Sample GridSearch::choose(TrialId trial) const {
  auto candidate = random().exhausted() ? std::nullopt : next_;
  for (int asked = 0; candidate && asked < max_asked; ++asked) {
    if (auto untried = random().if_untried(values(*candidate, candidate->size()), trial))
      return {std::move(*untried), "grid"};
    candidate = next(std::move(*candidate));
  }
  return random().sample(trial);
}

SamplerKind grid_sampler() {
  return {.name = "grid",
          .help = "every combination of values once, the defaults first",
          .make = [](std::unique_ptr<RandomSearch> random, const SearchSpace& space,
                     const SamplerSettings& settings) -> std::unique_ptr<Sampler> {
            return std::make_unique<GridSearch>(std::move(random), grid_of(space, settings));
          },
          .exhausts = grid_of};
}

}  // namespace sibyl
