#include "core/samplers/asking.hpp"

#include <algorithm>

namespace sibyl {

namespace {

constexpr int max_draws = 100;
constexpr int max_asked = 50;  ///< for one sample: a large model takes a while to build
constexpr std::uint64_t max_listed = 1 << 17;

}  // namespace

AskingSampler::AskingSampler(SearchSpace space, std::uint64_t seed,
                             std::optional<std::uint64_t> configurations, Ask ask)
    : space_(std::move(space)),
      seed_(seed),
      points_(space_.points()),
      configurations_(configurations),
      ask_(std::move(ask)) {}

// Of the type, too: the number 1 and the text "1" are two choices.
std::uint64_t AskingSampler::key(const Values& values) {
  std::uint64_t key = 0;
  for (const auto& [name, value] : values)
    key = RandomStream::key(key, name, static_cast<std::int64_t>(value.index()), to_string(value));
  return key;
}

Values AskingSampler::asked(const Values& given, TrialId trial, std::int64_t redraw) const {
  if (!ask_) return given;
  auto configuration = ask_(given, {seed_, trial, redraw});
  return configuration ? std::move(configuration->values) : given;
}

Sample AskingSampler::sample(TrialId trial) const {
  if (!latest_ || latest_->first != trial) latest_.emplace(trial, choose(trial));
  return {latest_->second, {"random"}};
}

std::optional<Values> AskingSampler::if_untried(const Values& values, TrialId trial) const {
  if (is_used(values)) return std::nullopt;
  Values configuration = asked(values, trial, 0);
  return is_used(configuration) ? std::nullopt : std::optional(std::move(configuration));
}

std::optional<std::uint64_t> AskingSampler::untried() const {
  if (!configurations_) return std::nullopt;
  return *configurations_ - std::min<std::uint64_t>(used_.size(), *configurations_);
}

Values AskingSampler::choose(TrialId trial) const {
  if (auto unused = choose_unused(trial)) return std::move(*unused);
  const Values first = draw(space_, seed_, trial);
  Values repeated = first;
  int builds = 0;
  for (int redraw = 0; redraw < max_draws && builds < max_asked; ++redraw) {
    const Values given = redraw == 0 ? first : draw(space_, seed_, trial, redraw);
    // A trial that had all of these asked for all of these.
    if (is_used(given) && !exhausted()) continue;
    Values values = asked(given, trial, redraw);
    ++builds;
    if (exhausted() || !is_used(values)) return values;
    if (redraw == 0) repeated = std::move(values);
  }
  if (auto unused = walk(trial, max_asked)) return std::move(*unused);
  // Nearly all of the space's weight is on few configurations: then a repeat is what was asked for.
  return repeated;
}

// From the list of all, once it is the quicker way.
std::optional<Values> AskingSampler::choose_unused(TrialId trial) const {
  if (!ask_ || !configurations_ || used_.size() * 2 < *configurations_ || exhausted()) return std::nullopt;
  if (!all_) {
    all_ = count_configurations(space_, ask_).all;
    if (all_->size() != *configurations_) all_->clear();  // the job was changed, or is not the same twice
  }
  std::vector<const Values*> unused;
  for (const Values& each : *all_)
    if (!is_used(each)) unused.push_back(&each);
  if (unused.empty()) return std::nullopt;
  RandomStream random(seed_, trial, "an unused configuration");
  return *unused[random.below(unused.size())];
}

// Through the search space's own list, from a random place on: of a space that has as many configurations as
// it says, but too many to be counted one by one, every one is found.
std::optional<Values> AskingSampler::walk(TrialId trial, int builds) const {
  if (!points_ || *points_ == 0 || *points_ > max_listed) return std::nullopt;
  if (!listed_) listed_.emplace(space_);
  RandomStream random(seed_, trial, "an unused configuration");
  const std::uint64_t start = random.below(*points_);
  for (std::uint64_t step = 0; step < *points_ && builds > 0; ++step) {
    const Values given = listed_->at((start + step) % *points_);
    if (is_used(given)) continue;
    Values values = asked(given, trial, 0);
    --builds;
    if (!is_used(values)) return values;
  }
  return std::nullopt;
}

void AskingSampler::started(TrialId, const Values& values) {
  latest_.reset();
  for (const auto& [name, value] : values) went_beyond_ = went_beyond_ || !space_.has(name);
  if (!is_one_of_a_kind(values)) used_.insert(key(values));
}

// With a continuous value no two are alike.
bool AskingSampler::is_one_of_a_kind(const Values& values) const {
  return std::any_of(values.begin(), values.end(), [&](const auto& each) {
    const Domain* domain = space_.domain(each.first, values);
    return domain && !size(*domain);
  });
}

bool AskingSampler::exhausted() const {
  if (configurations_) return used_.size() >= *configurations_;
  return points_ && !went_beyond_ && used_.size() >= *points_;
}

std::vector<Hyperparameter> AskingSampler::beyond(const SearchSpace& known, const Values& values) const {
  const auto is_beyond = [&](const std::string& name) { return !known.has(name); };
  const bool any =
      std::any_of(values.begin(), values.end(), [&](const auto& v) { return is_beyond(v.first); });
  auto configuration = any && ask_ ? ask_(values, {}) : std::nullopt;
  if (!configuration) return {};
  auto& all = configuration->hyperparameters;
  std::erase_if(all, [&](const Hyperparameter& each) { return !is_beyond(each.name); });
  return std::move(all);
}

}  // namespace sibyl
