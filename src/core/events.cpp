#include "core/events.hpp"

#include <limits>

namespace sibyl {

std::string_view to_string(RungDecision decision) {
  switch (decision) {
    case RungDecision::promoted:
      return "promoted";
    case RungDecision::stopped:
      return "stopped";
    case RungDecision::completed:
      return "completed";
    case RungDecision::failed:
      return "failed";
  }
  return "?";
}

double time_of(const Event& event) {
  return std::visit(
      []<class Each>(const Each& each) -> double {
        if constexpr (std::is_same_v<Each, HyperparametersFound>)
          return std::numeric_limits<double>::quiet_NaN();
        else if constexpr (std::is_same_v<Each, EpochReported>)
          return each.started + each.seconds;
        else
          return each.time;
      },
      event);
}

}  // namespace sibyl
