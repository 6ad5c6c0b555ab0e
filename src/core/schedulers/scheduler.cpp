#include "core/schedulers/scheduler.hpp"

namespace sibyl {

std::optional<PlanSize> Scheduler::planned() const {
  const auto all = rungs();
  if (all.empty()) return std::nullopt;
  PlanSize size;
  for (const RungStatus& rung : all) {
    if (rung.rung == 0) size.trials += rung.expected;
    size.epochs += rung.epochs();
  }
  return size;
}

}  // namespace sibyl
