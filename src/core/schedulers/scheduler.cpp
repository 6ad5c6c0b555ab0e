#include "core/schedulers/scheduler.hpp"

namespace sibyl {

PlanSize Scheduler::planned() const {
  PlanSize size;
  for (const RungStatus& rung : rungs()) {
    if (rung.rung == 0) size.trials += rung.expected;
    size.epochs += rung.epochs();
  }
  return size;
}

}  // namespace sibyl
