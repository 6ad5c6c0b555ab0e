#include "core/search_space.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/nearest.hpp"

namespace sibyl {

namespace {

constexpr std::uint64_t too_many = std::uint64_t{1} << 62;

}  // namespace

void SearchSpace::add(Hyperparameter hyperparameter) {
  for (const Hyperparameter& known : hyperparameters_) {
    if (known.name != hyperparameter.name || known.conditions != hyperparameter.conditions) continue;
    if (known == hyperparameter) return;
    throw Error("hyperparameter '" + known.name + "' is asked for twice with different ranges (" +
                describe(known.domain) + "; " + describe(hyperparameter.domain) +
                "): give the two different names, or the same range and default");
  }
  hyperparameters_.push_back(std::move(hyperparameter));
}

void SearchSpace::fix(const std::string& name, const std::string& text) {
  bool found = false;
  for (Hyperparameter& hyperparameter : hyperparameters_) {
    if (hyperparameter.name != name) continue;
    found = true;
    const Value value = parse(name, hyperparameter.domain, text);
    hyperparameter.domain = Choices{{value}};
    hyperparameter.default_value = value;
  }
  if (found) return;
  std::string known;
  for (const std::string& each : names()) known += (known.empty() ? "" : ", ") + each;
  throw UsageError("--set " + name + "=" + text + ": there is no hyperparameter '" + name +
                   "' in the search space" + did_you_mean(name, names()) + " (there are: " + known + ")");
}

bool SearchSpace::has(const std::string& name) const {
  return std::any_of(hyperparameters_.begin(), hyperparameters_.end(),
                     [&](const auto& h) { return h.name == name; });
}

bool SearchSpace::searches(const std::string& name) const {
  return std::any_of(hyperparameters_.begin(), hyperparameters_.end(),
                     [&](const auto& h) { return h.name == name && kind(h.domain) != "fixed"; });
}

std::vector<std::string> SearchSpace::names() const {
  std::vector<std::string> names;
  for (const Hyperparameter& hyperparameter : hyperparameters_)
    if (std::find(names.begin(), names.end(), hyperparameter.name) == names.end())
      names.push_back(hyperparameter.name);
  return names;
}

bool SearchSpace::is_parent(const std::string& name) const {
  for (const Hyperparameter& hyperparameter : hyperparameters_)
    for (const Condition& condition : hyperparameter.conditions)
      if (condition.parent == name) return true;
  return false;
}

std::optional<std::uint64_t> SearchSpace::points() const {
  Values chosen;
  return points_from(0, chosen);
}

// The configurations that the hyperparameters from `place` on can take, those before being chosen.
std::optional<std::uint64_t> SearchSpace::points_from(std::size_t place, Values& chosen) const {
  if (place == hyperparameters_.size()) return 1;
  const Hyperparameter& here = hyperparameters_[place];
  if (chosen.contains(here.name) || !holds(here.conditions, chosen)) return points_from(place + 1, chosen);
  const auto values = size(here.domain);
  if (!values) return std::nullopt;
  if (!is_parent(here.name)) {  // the rest does not depend on it
    const auto rest = points_from(place + 1, chosen);
    if (!rest || *rest > too_many / *values) return std::nullopt;
    return *values * *rest;
  }
  std::uint64_t total = 0;
  for (std::uint64_t index = 0; index < *values; ++index) {
    chosen[here.name] = value_at(here.domain, index);
    const auto rest = points_from(place + 1, chosen);
    if (!rest || total + *rest > too_many) {
      chosen.erase(here.name);
      return std::nullopt;
    }
    total += *rest;
  }
  chosen.erase(here.name);
  return total;
}

Values SearchSpace::point(std::uint64_t index) const {
  Values chosen;
  for (std::size_t place = 0; place < hyperparameters_.size(); ++place) {
    const Hyperparameter& here = hyperparameters_[place];
    if (chosen.contains(here.name) || !holds(here.conditions, chosen)) continue;
    if (!is_parent(here.name)) {
      const std::uint64_t rest = points_from(place + 1, chosen).value();
      chosen[here.name] = value_at(here.domain, index / rest);
      index %= rest;
      continue;
    }
    for (std::uint64_t value = 0;; ++value) {
      chosen[here.name] = value_at(here.domain, value);
      const std::uint64_t rest = points_from(place + 1, chosen).value();
      if (index < rest) break;
      index -= rest;
    }
  }
  return chosen;
}

bool holds(const std::vector<Condition>& conditions, const Values& values) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    const auto parent = values.find(condition.parent);
    return parent != values.end() && std::find(condition.values.begin(), condition.values.end(),
                                               parent->second) != condition.values.end();
  });
}

Values draw(const SearchSpace& space, std::uint64_t seed, std::int64_t trial, std::int64_t attempt) {
  Values values;
  for (const Hyperparameter& hyperparameter : space.hyperparameters()) {
    if (values.contains(hyperparameter.name) || !holds(hyperparameter.conditions, values)) continue;
    RandomStream random(seed, trial, hyperparameter.name, attempt);
    values[hyperparameter.name] = draw(hyperparameter.domain, random);
  }
  return values;
}

}  // namespace sibyl
