#include "sibyl/search_space.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "core/space/configurations.hpp"
#include "core/space/narrowed.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

void SearchSpace::add(Hyperparameter hyperparameter) {
  check(hyperparameter);
  if (std::find(hyperparameters_.begin(), hyperparameters_.end(), hyperparameter) == hyperparameters_.end())
    hyperparameters_.push_back(std::move(hyperparameter));
}

void SearchSpace::check(const Hyperparameter& hyperparameter) const {
  for (const Hyperparameter& known : hyperparameters_) {
    if (known.name != hyperparameter.name || known.conditions != hyperparameter.conditions) continue;
    if (known == hyperparameter) return;
    throw Error("hyperparameter '" + known.name + "' is asked for twice with different ranges (" +
                describe(known.domain) + "; " + describe(hyperparameter.domain) +
                "): give the two different names, or the same range and default");
  }
}

void SearchSpace::fix(const std::string& name, const std::string& text) {
  check_name("--set " + name + "=" + text, name);
  for (Hyperparameter& each : hyperparameters_)
    if (each.name == name) each = fixed(each, text);
}

void SearchSpace::narrow(const std::string& name, const std::string& text) {
  check_name("--range " + name + "=" + text, name);
  for (Hyperparameter& each : hyperparameters_)
    if (each.name == name) each = narrowed(each, text);
}

void SearchSpace::check_name(const std::string& typed, const std::string& name) const {
  if (has(name)) return;
  std::string known;
  for (const std::string& each : names()) known += (known.empty() ? "" : ", ") + each;
  throw UsageError(typed + ": there is no hyperparameter '" + name + "' in the search space" +
                   did_you_mean(name, names()) + " (there are: " + known + ")");
}

bool SearchSpace::has(const std::string& name) const {
  return std::any_of(hyperparameters_.begin(), hyperparameters_.end(),
                     [&](const auto& h) { return h.name == name; });
}

bool SearchSpace::has(const Hyperparameter& hyperparameter) const {
  return std::any_of(hyperparameters_.begin(), hyperparameters_.end(), [&](const auto& h) {
    return h.name == hyperparameter.name && h.conditions == hyperparameter.conditions;
  });
}

const Domain* SearchSpace::domain(const std::string& name, const Values& before) const {
  for (const Hyperparameter& hyperparameter : hyperparameters_)
    if (hyperparameter.name == name && holds(hyperparameter.conditions, before))
      return &hyperparameter.domain;
  return nullptr;
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

void SearchSpace::check() const {
  for (const Hyperparameter& each : hyperparameters_) {
    sibyl::check(each.name, each.domain);
    if (!value_in(each.domain, each.default_value))
      throw Error("hyperparameter '" + each.name + "': its default, " + to_string(each.default_value) +
                  ", is not in its range (" + describe(each.domain) + ")");
    for (const Condition& condition : each.conditions) check(condition);
  }
}

// One name may have several domains. What is fixed is a setting: `--set` may give it any value of its type.
void SearchSpace::check(const Condition& condition) const {
  for (const Value& value : condition.values) {
    std::string domains;
    bool possible = false;
    for (const Hyperparameter& parent : hyperparameters_) {
      if (parent.name != condition.parent) continue;
      possible = possible || contains(parent.domain, value) ||
                 (kind(parent.domain) == "fixed" && parent.default_value.index() == value.index());
      domains += (domains.empty() ? "" : ", or ") + describe(parent.domain);
    }
    if (possible) continue;
    if (domains.empty())
      throw Error("a condition on '" + condition.parent + "', which is not in the search space");
    throw Error("a condition on '" + condition.parent + "' = " + to_string(value) + " never holds: '" +
                condition.parent + "' is " + domains + ". Ask for one of its values, of the same type");
  }
}

std::optional<std::uint64_t> SearchSpace::points() const {
  return Configurations(*this).count();
}

bool holds(const std::vector<Condition>& conditions, const Values& values) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    const auto parent = values.find(condition.parent);
    return parent != values.end() && std::find(condition.values.begin(), condition.values.end(),
                                               parent->second) != condition.values.end();
  });
}

Values draw(const SearchSpace& space, std::uint64_t seed, std::int64_t trial, std::int64_t redraw) {
  Values values;
  for (const Hyperparameter& hyperparameter : space.hyperparameters()) {
    if (values.contains(hyperparameter.name) || !holds(hyperparameter.conditions, values)) continue;
    RandomStream random(seed, trial, hyperparameter.name, redraw);
    values[hyperparameter.name] = draw(hyperparameter.domain, random);
  }
  return values;
}

}  // namespace sibyl
