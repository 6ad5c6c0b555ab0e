#include "core/schedulers/registry.hpp"

#include <algorithm>

#include "base/find_kind.hpp"
#include "core/schedulers/asha/asha.hpp"
#include "core/schedulers/full_budget.hpp"
#include "core/schedulers/hyperband/hyperband.hpp"
#include "core/schedulers/median/median_stopping.hpp"
#include "core/schedulers/population/population.hpp"
#include "core/schedulers/virtual_clock.hpp"

namespace sibyl {

const std::vector<SchedulerKind>& scheduler_kinds() {
  static const std::vector<SchedulerKind> kinds{hyperband_scheduler(), asha_scheduler(),
                                                population_scheduler(), full_budget_scheduler()};
  return kinds;
}

const SchedulerKind& scheduler_kind(const std::string& name) {
  return find_kind("scheduler", scheduler_kinds(), name);
}

std::unique_ptr<Scheduler> in_order(std::unique_ptr<Scheduler> scheduler, const SchedulerSettings& settings) {
  if (!scheduler->decides_by_arrival() || settings.by_arrival) return scheduler;
  return std::make_unique<VirtualClock>(std::move(scheduler), std::max(settings.width, 1));
}

std::unique_ptr<Scheduler> make_scheduler(const std::string& name, const SchedulerSettings& settings,
                                          const SchedulerContext& context) {
  auto scheduler = scheduler_kind(name).make(settings, context);
  if (settings.median_stopping)
    scheduler = std::make_unique<MedianStopping>(
        std::move(scheduler),
        MedianOptions{settings.median_startup, settings.median_warmup, settings.median_interval},
        context.objective);
  return in_order(std::move(scheduler), settings);
}

}  // namespace sibyl
