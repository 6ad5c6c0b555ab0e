#include "core/schedulers/scheduler.hpp"

namespace sibyl {

std::int64_t Scheduler::planned_epochs() const {
  std::int64_t epochs = 0;
  for (const RungStatus& rung : rungs()) epochs += rung.epochs();
  return epochs;
}

}  // namespace sibyl
