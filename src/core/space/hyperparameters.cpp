#include "sibyl/hyperparameters.hpp"

#include <algorithm>

#include "sibyl/error.hpp"

namespace sibyl {

HyperParameters::HyperParameters(Values values, std::uint64_t seed, std::int64_t trial, std::int64_t redraw)
    : values_(std::move(values)), seed_(seed), trial_(trial), redraw_(redraw) {}

std::int64_t HyperParameters::Int(const std::string& name, std::int64_t min, std::int64_t max,
                                  IntOptions options) {
  return std::get<std::int64_t>(ask(name, IntRange{min, max, options.step, options.sampling},
                                    options.default_value.value_or(min), options.may_change));
}

double HyperParameters::Float(const std::string& name, double min, double max, FloatOptions options) {
  return std::get<double>(ask(name, FloatRange{min, max, options.step, options.sampling},
                              options.default_value.value_or(min), options.may_change));
}

bool HyperParameters::Boolean(const std::string& name, bool default_value) {
  return std::get<bool>(ask(name, Choices{{false, true}}, default_value));
}

Value HyperParameters::choose(const std::string& name, std::vector<Value> values, ChoiceOptions options) {
  if (values.empty()) throw Error("hyperparameter '" + name + "': a Choice needs at least one value");
  Value default_value = options.default_value.value_or(values.front());
  return ask(name, Choices{std::move(values), options.ordered}, std::move(default_value), options.may_change);
}

Value HyperParameters::ask(const std::string& short_name, Domain domain, Value default_value,
                           bool may_change) {
  if (short_name.empty()) throw Error("a hyperparameter needs a name");
  const std::string name = full_name(short_name);
  check(name, domain);
  const auto in_domain = value_in(domain, default_value);
  if (!in_domain)
    throw Error("hyperparameter '" + name + "': its default, " + to_string(default_value) +
                ", is not in its range (" + describe(domain) + ")");
  default_value = *in_domain;
  Hyperparameter asked{name, std::move(domain), default_value, conditions_, may_change};
  space_.add(asked);

  const bool finding_space = trial_ < 0;
  if (!finding_space && !holds(conditions_, values_)) return default_value;
  if (!finding_space &&
      std::none_of(asked_.begin(), asked_.end(), [&](const auto& h) { return h.name == name; }))
    asked_.push_back(asked);
  if (const auto known = values_.find(name); known != values_.end()) {
    // In a search for the space, scopes that exclude each other are open together and may share a name.
    if (finding_space) return default_value;
    // `--set` may have put a value in place of a fixed one; everything else must fit what is asked now. (A
    // journal may still say 0.30000000000000004 for 0.3.)
    const bool fixed = kind(asked.domain) == "fixed";
    const auto fitting = fixed ? std::optional(known->second) : value_in(asked.domain, known->second);
    if (known->second.index() != default_value.index() || !fitting)
      throw Error("hyperparameter '" + name + "' has the value " + to_string(known->second) +
                  ", which is not in the range that the job asks for: was the job's search space changed?");
    return *fitting;
  }
  if (finding_space) return values_[name] = default_value;
  RandomStream random(seed_, trial_, name, redraw_);
  found_.push_back(asked);
  return values_[name] = draw(asked.domain, random);
}

std::string HyperParameters::full_name(const std::string& name) const {
  std::string full;
  for (const std::string& prefix : prefixes_) full += prefix + "/";
  return full + name;
}

HyperParameters::Scope HyperParameters::conditional_scope(const std::string& parent,
                                                          std::vector<Value> values) {
  // A parent is named as where it was asked for: within the name scope, or in full.
  const std::string name = space_.has(full_name(parent)) ? full_name(parent) : parent;
  if (!space_.has(name))
    throw Error("conditional_scope(\"" + parent + "\"): ask for '" + parent +
                "' before the scope that depends on it");
  Condition condition{name, std::move(values)};
  space_.check(condition);
  conditions_.push_back(std::move(condition));
  return {*this, Scope::Of::condition, trial_ < 0 || holds(conditions_, values_)};
}

HyperParameters::Scope HyperParameters::name_scope(const std::string& prefix) {
  prefixes_.push_back(prefix);
  return {*this, Scope::Of::name, true};
}

HyperParameters::Scope::~Scope() {
  if (of_ == Of::name)
    owner_.prefixes_.pop_back();
  else
    owner_.conditions_.pop_back();
}

}  // namespace sibyl
