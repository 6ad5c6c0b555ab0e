#include "core/schedulers/registry.hpp"

#include "base/find_kind.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband.hpp"

namespace sibyl {

const std::vector<SchedulerKind>& scheduler_kinds() {
  static const std::vector<SchedulerKind> kinds{hyperband_scheduler(), full_budget_scheduler()};
  return kinds;
}

const SchedulerKind& scheduler_kind(const std::string& name) {
  return find_kind("scheduler", scheduler_kinds(), name);
}

}  // namespace sibyl
