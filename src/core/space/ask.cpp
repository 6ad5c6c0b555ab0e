#include "core/space/ask.hpp"

namespace sibyl {

Configuration ask(const std::function<void(HyperParameters&)>& questions, const Values& given,
                  const Draws& draws) {
  HyperParameters hp(given, draws.seed, draws.trial, draws.redraw);
  questions(hp);
  Configuration configuration{hp.asked(), {}};
  for (const Hyperparameter& each : configuration.hyperparameters)
    configuration.values[each.name] = hp.values().at(each.name);
  return configuration;
}

}  // namespace sibyl
