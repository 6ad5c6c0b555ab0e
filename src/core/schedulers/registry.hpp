#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/schedulers/plan_totals.hpp"

namespace sibyl {

/// What the command line says to a scheduler; each takes of it what it has options for.
struct SchedulerSettings {
  std::int64_t max_trials = 0;  ///< 0: as the plan says
  int max_epochs = 100;         ///< of a fully trained trial; R of Hyperband's paper
  int eta = 3;
  int iterations = 1;
  int min_epochs = 1;            ///< of ASHA: where the first rung ends
  int brackets = 1;              ///< of ASHA
  int population = 20;           ///< of population-based training: trials at a time
  int generation_epochs = 0;     ///< of it: between two comparisons; 0: a tenth of max_epochs
  bool median_stopping = false;  ///< see MedianStopping, also for what follows
  int median_startup = 5;
  int median_warmup = 0;
  int median_interval = 1;
  /// In which order results count, where that decides anything: see VirtualClock, PlannedResults and
  /// `--order`.
  bool by_arrival = false;
  int width = 0;  ///< workers of equal speed; 0: nothing depends on it, or it is still to be chosen
  /// What is given out first does not depend on where the plan ends: it may be extended.
  bool in_plan_order = false;
};

/// A scheduler as the command line and a sweep's record know it.
struct SchedulerKind {
  std::string name;                     ///< of `--scheduler`
  std::string help;                     ///< a few words
  std::int64_t default_max_trials = 0;  ///< where `--max-trials` is not given; 0: as the plan says
  /// Throws UsageError for settings that make no plan.
  std::unique_ptr<Scheduler> (*make)(const SchedulerSettings& settings, const SchedulerContext& context);
  /// The whole plan, in closed form, of one that decides by arrival about; `max_trials`: new trials that
  /// there are at most. Null where nobody can say.
  PlanTotals (*totals)(const SchedulerSettings& settings, double max_trials);
  /// The first line of `plan`.
  std::string (*title)(const SchedulerSettings& settings);
  /// For people: why these settings compare nothing; empty where they do.
  std::string (*no_search)(const SchedulerSettings& settings);
  /// Throws UsageError where it has no use for such a space. Null: it has for any.
  void (*check)(const SearchSpace& space) = nullptr;
  bool may_grow = true;  ///< can a sweep be given more trials later?
};

/// All there are, the default first. A new one is a file beside this one, and a line in registry.cpp.
const std::vector<SchedulerKind>& scheduler_kinds();
/// The one of that name. Throws Error that names those there are.
const SchedulerKind& scheduler_kind(const std::string& name);

/// A scheduler that decides by arrival takes results in virtual time, unless they shall count as they come.
std::unique_ptr<Scheduler> in_order(std::unique_ptr<Scheduler> scheduler, const SchedulerSettings& settings);
/// A scheduler of that name, as an oracle takes it. Throws as scheduler_kind and SchedulerKind::make.
std::unique_ptr<Scheduler> make_scheduler(const std::string& name, const SchedulerSettings& settings,
                                          const SchedulerContext& context);

}  // namespace sibyl
