#include "core/space/bounded.hpp"

#include "core/space/narrowed.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

namespace {

void bound(Hyperparameter& hyperparameter, const Bounds& bounds) {
  const auto set = bounds.set.find(hyperparameter.name), range = bounds.range.find(hyperparameter.name);
  try {
    if (set != bounds.set.end()) hyperparameter = fixed(hyperparameter, set->second);
    if (range != bounds.range.end()) hyperparameter = narrowed(hyperparameter, range->second);
  } catch (const UsageError&) {
    return;  // under the conditions that the search space names, it does fit
  }
}

}  // namespace

Ask bounded(Ask ask, Bounds bounds) {
  if (!ask || (bounds.set.empty() && bounds.range.empty())) return ask;
  return [ask = std::move(ask), bounds = std::move(bounds)](const Values& given, const Draws& draws) {
    Values decided = given;
    while (true) {
      auto answer = ask(decided, draws);
      bool stays = true;
      for (std::size_t i = 0; answer && stays && i < answer->hyperparameters.size(); ++i) {
        Hyperparameter& each = answer->hyperparameters[i];
        bound(each, bounds);
        if (decided.contains(each.name) || value_in(each.domain, answer->values.at(each.name))) continue;
        RandomStream random(draws.seed, draws.trial, each.name, draws.redraw);
        decided[each.name] = draw(each.domain, random);
        stays = false;  // what is asked for behind it may be another
      }
      if (stays) return answer;
    }
  };
}

}  // namespace sibyl
