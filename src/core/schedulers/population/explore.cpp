#include "core/schedulers/population/explore.hpp"

#include <algorithm>

namespace sibyl {

namespace {

// The value at the place next to `from`, or `to` where that is farther on, on the same side.
Value moved(const Domain& domain, std::uint64_t from, std::uint64_t to, bool up) {
  const std::uint64_t last = size(domain).value() - 1;
  if (up) return value_at(domain, std::max(to, std::min(from + 1, last)));
  return value_at(domain, std::min(to, from - std::min<std::uint64_t>(from, 1)));
}

Value perturbed(const Domain& domain, const Value& value, double factor, bool up) {
  if (const auto* range = std::get_if<FloatRange>(&domain); range && range->step == 0)
    return std::clamp(std::get<double>(value) * factor, range->min, range->max);
  const auto from = place_of(domain, value);
  if (!from) return value;
  if (const auto* choices = std::get_if<Choices>(&domain))
    return choices->ordered ? moved(domain, *from, *from, up) : value;
  Value target = value;
  if (const auto* range = std::get_if<IntRange>(&domain))
    target = static_cast<std::int64_t>(std::clamp(static_cast<double>(std::get<std::int64_t>(value)) * factor,
                                                  static_cast<double>(range->min),
                                                  static_cast<double>(range->max)));
  else if (const auto* decimals = std::get_if<FloatRange>(&domain))
    target = std::clamp(std::get<double>(value) * factor, decimals->min, decimals->max);
  // Of a negative number the larger multiple is the lesser one.
  const auto to = place_of(domain, quantile(domain, quantile_of(domain, target))).value();
  return moved(domain, *from, to, to == *from ? up : to > *from);
}

Value explored(const Domain& domain, const Value& value, const Exploration& exploration,
               RandomStream random) {
  if (random.uniform() < exploration.resampling) return draw(domain, random);
  const bool up = random.uniform() < 0.5;
  return perturbed(domain, value, up ? exploration.up : exploration.down, up);
}

}  // namespace

Values explored(const SearchSpace& space, const Values& parent, const Exploration& exploration,
                std::uint64_t seed, std::int64_t generation, std::int64_t member) {
  Values values;
  for (const Hyperparameter& each : space.hyperparameters()) {
    if (values.contains(each.name) || !holds(each.conditions, values)) continue;
    RandomStream random(seed, "explore", generation, member, each.name);
    const auto had = parent.find(each.name);
    const auto value = had == parent.end() ? std::nullopt : value_in(each.domain, had->second);
    if (had == parent.end() || !value)
      values[each.name] = had == parent.end() || each.may_change ? draw(each.domain, random) : had->second;
    else
      values[each.name] = each.may_change ? explored(each.domain, *value, exploration, random) : *value;
  }
  // What a worker found and the space does not name.
  for (const auto& [name, value] : parent)
    if (!space.has(name)) values.emplace(name, value);
  return values;
}

}  // namespace sibyl
