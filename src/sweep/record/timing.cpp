#include "sweep/record/timing.hpp"

#include <cmath>

namespace sibyl {

void Timing::learn(const Event& event, const Consequences& consequences) {
  launches_.tell(event);
  work_.tell(event, consequences.waits_for_sampler);
}

double Timing::wall(double now) const {
  double seconds = 0;
  for (const Launch& each : launches_.all()) {
    const bool is_latest = &each == &launches_.all().back();
    const double end = !std::isnan(each.ended) ? each.ended : is_latest ? now : each.last_seen;
    seconds += std::max(0.0, end - each.launched.time);
  }
  return seconds;
}

}  // namespace sibyl
