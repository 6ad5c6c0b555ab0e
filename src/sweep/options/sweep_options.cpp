#include "sweep/options/sweep_options.hpp"

#include <algorithm>

#include "base/numbers.hpp"
#include "core/oracle/planned_order.hpp"
#include "core/oracle/taken_order.hpp"
#include "core/samplers/given.hpp"
#include "core/samplers/prior.hpp"
#include "core/schedulers/virtual_clock.hpp"
#include "sweep/options/earlier.hpp"
#include "sweep/options/option_record.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

std::vector<std::string> differences_of_settings(const std::string& option,
                                                 const std::map<std::string, std::string>& there,
                                                 const std::map<std::string, std::string>& here) {
  std::vector<std::string> lines;
  const auto value = [](const auto& settings, const std::string& name) {
    const auto found = settings.find(name);
    return found == settings.end() ? "not set" : found->second;
  };
  auto names = there;
  names.insert(here.begin(), here.end());
  for (const auto& [name, any] : names) {
    const std::string before = value(there, name), now = value(here, name);
    if (before != now)
      lines.push_back("--" + option + " " + name + ": " + before + " there, " + now + " here");
  }
  return lines;
}

bool has_higher_rungs(const Scheduler& scheduler) {
  const auto rungs = scheduler.rungs();
  return std::any_of(rungs.begin(), rungs.end(), [](const RungStatus& rung) { return rung.rung > 0; });
}

// As people would say it.
std::string said(const std::string& name, const OptionValue& value) {
  return name == "max-trials" && value_as<std::int64_t>(value) == 0 ? "the plan" : to_text(value);
}

// "asha decides and gp chooses": what depends on the order in which results come in; empty: nothing.
std::string who_goes_by_order(const SweepOptions& options) {
  const bool decides = make_scheduler(options.scheduler, options, {})->decides_by_arrival();
  const bool chooses = sampler_kind(options.sampler).learns;
  const std::string who = options.median_stopping ? "median stopping" : options.scheduler;
  return (decides ? who + " decides" : "") + (decides && chooses ? " and " : "") +
         (chooses ? options.sampler + " chooses" : "");
}

// All trials begin before any result counts; empty where some learn.
std::string learns_nothing(const SweepOptions& options) {
  const auto plan = make_scheduler(options.scheduler, options, {})->planned();
  if (!sampler_kind(options.sampler).learns || !options.warm_start.empty()) return "";
  if (!plan || plan->trials > options.width || plan->trials < 2) return "";
  return "; none of " + std::to_string(plan->trials) +
         " trials can learn so: with a lower --width some wait, and do";
}

SamplerSettings sampler_settings(const SweepOptions& options, const Objective& objective) {
  return {.seed = options.seed, .objective = objective, .grid_points = options.grid_points};
}

// What came farther than any trial here can come is not the better for it.
EarlierTrial up_to(int max_epochs, EarlierTrial trial) {
  std::map<int, double> scores;
  for (const auto& [epoch, score] : trial.scores) scores.emplace(std::min(epoch, max_epochs), score);
  trial.scores = std::move(scores);
  return trial;
}

std::int64_t most_trials(const RandomSearch& random, const SearchSpace& space) {
  constexpr std::uint64_t endless = std::uint64_t{1} << 50;
  const auto configurations = random.untried();
  return static_cast<std::int64_t>(
      std::min(configurations ? *configurations : space.points().value_or(endless), endless));
}

}  // namespace

std::string to_json(const SweepOptions& options) {
  return to_json(recorded_values(sweep_option_table(), options));
}

SweepOptions sweep_options_from_json(const std::string& text) {
  const auto values = values_from_json(text);
  SweepOptions options;
  for (const auto& row : sweep_option_table()) take_recorded(row, values, options);
  return options;
}

SweepOptions with_recorded(const SweepOptions& recorded, const SweepOptions& typed,
                           const std::set<std::string>& names) {
  SweepOptions merged = recorded;
  for (const auto& row : sweep_option_table()) {
    if (!names.contains(row.name)) continue;
    for (const auto& field : row.type.fields) {
      OptionValue value = field.get(typed);
      if (auto* pairs = std::get_if<std::map<std::string, std::string>>(&value))
        pairs->merge(value_as<std::map<std::string, std::string>>(field.get(recorded)));
      field.put(merged, value);
    }
  }
  // What was taken then is what it means, whatever has been added there since.
  if (names.contains("warm-start") && typed.warm_start == recorded.warm_start)
    merged.earlier = recorded.earlier;
  return merged;
}

std::vector<std::string> differences(const SweepOptions& there, const SweepOptions& here) {
  std::vector<std::string> lines;
  for (const auto& row : sweep_option_table()) {
    if (!defines_the_sweep(row.recorded)) continue;
    for (const auto& field : row.type.fields) {
      if (&field != &row.type.fields.front()) break;  // the others follow from the first
      const OptionValue before = field.get(there), now = field.get(here);
      const bool may_follow = row.may_follow && row.may_follow(before, now) &&
                              (row.name != "max-trials" || scheduler_kind(there.scheduler).may_grow);
      if (before == now || may_follow) continue;
      if (const auto* settings = std::get_if<std::map<std::string, std::string>>(&before)) {
        const auto each =
            differences_of_settings(row.name, *settings, std::get<std::map<std::string, std::string>>(now));
        lines.insert(lines.end(), each.begin(), each.end());
      } else {
        lines.push_back("--" + row.name + ": " + said(row.name, before) + " there, " + said(row.name, now) +
                        " here");
      }
    }
  }
  return lines;
}

std::string no_search(const SweepOptions& options) {
  return scheduler_kind(options.scheduler).no_search(options);
}

SearchSpace steered_space(const SweepOptions& options, SearchSpace space) {
  for (const auto& [name, value] : options.set) {
    if (const auto range = options.range.find(name); range != options.range.end())
      throw UsageError("--set " + name + "=" + value + " and --range " + name + "=" + range->second +
                       " exclude each other: give one of them");
    space.fix(name, value);
  }
  for (const auto& [name, part] : options.range) space.narrow(name, part);
  static_cast<void>(given_configurations(options, space));
  return space;
}

bool depends_on_order(const SweepOptions& options) {
  return !who_goes_by_order(options).empty();
}

std::string width_note(const SweepOptions& options) {
  const std::string by = who_goes_by_order(options);
  if (by.empty()) return "";
  if (options.by_arrival) return by + " by what has arrived (--order arrival): no other run will be the same";
  if (options.width == 0) return "";
  return by + " by what " + quantity(static_cast<std::uint64_t>(options.width), "worker") +
         " of equal speed would know: --width " + std::to_string(options.width) +
         " makes the same sweep elsewhere" + learns_nothing(options);
}

SearchSpace searched_space(const SweepOptions& options, const SearchSpace& space) {
  const auto exhausts = sampler_kind(options.sampler).exhausts;
  return exhausts ? exhausts(space, sampler_settings(options, {})) : space;
}

void check_use(const SweepOptions& options, const SearchSpace& space) {
  if (!sampler_kind(options.sampler).learns) {
    std::string learners;
    for (const SamplerKind& each : sampler_kinds())
      if (each.learns) learners += (learners.empty() ? "" : ", ") + each.name;
    for (const auto& [option, is_given] : {std::pair("--prior", !options.prior.empty()),
                                           std::pair("--warm-start", !options.warm_start.empty())})
      if (is_given)
        throw UsageError(std::string(option) + " is for samplers that learn, and --sampler " +
                         options.sampler + " does not: leave it out, or take one of " + learners);
  }
  static_cast<void>(Priors(UnitCube(space), options.prior));
  if (const auto check = scheduler_kind(options.scheduler).check) check(space);
}

std::vector<Values> given_configurations(const SweepOptions& options, const SearchSpace& space) {
  std::vector<Values> given;
  const bool known = options.first_where.size() == options.first.size();
  for (std::size_t i = 0; i < options.first.size(); ++i)
    given.push_back(given_configuration(space, options.first[i],
                                        known ? options.first_where[i] : "--try " + options.first[i]));
  return given;
}

Oracle make_oracle(const SweepOptions& options, const SearchSpace& space, const Objective& objective,
                   std::unique_ptr<RandomSearch> random, bool rehearsal) {
  const SamplerKind& kind = sampler_kind(options.sampler);
  SchedulerSettings plan_settings = options;
  // A scheduler that plans as many trials as it is told: all that there are, where that is known, and
  // those that were asked for, which need not be among them.
  if (kind.exhausts && options.max_trials == 0)
    plan_settings.max_trials = most_trials(*random, searched_space(options, space)) +
                               static_cast<std::int64_t>(options.first.size());
  const SchedulerContext context{objective, space, options.seed};
  auto scheduler = make_scheduler(options.scheduler, plan_settings, context);
  SamplerSettings settings = sampler_settings(options, objective);
  settings.rehearsal = rehearsal;
  settings.several_budgets = has_higher_rungs(*scheduler);
  settings.priors = options.prior;
  for (const std::string& each : options.earlier)
    settings.earlier.push_back(up_to(options.max_epochs, earlier_trial(space, each)));
  Stoppers stoppers = options.stoppers;
  if (rehearsal) stoppers = {.epochs = stoppers.epochs, .seconds = stoppers.seconds};  // there are no scores
  const RandomSearch& known = *random;
  auto sampler = kind.make(std::move(random), space, settings);
  if (!options.first.empty())
    sampler = std::make_unique<GivenFirst>(given_configurations(options, space), known, std::move(sampler));
  std::unique_ptr<ResultOrder> results;
  if (kind.learns && options.by_arrival)
    results = std::make_unique<TakenOrder>(TakenOrder::Counts::from_the_next_start);
  else if (kind.learns && scheduler->decides_by_arrival())
    results = std::make_unique<TakenOrder>(TakenOrder::Counts::at_once);
  else if (kind.learns) {
    plan_settings.in_plan_order = true;
    results = std::make_unique<PlannedOrder>(PlannedResults(
        make_scheduler(options.scheduler, plan_settings, context), std::max(options.width, 1)));
  }
  return Oracle(space,
                {objective, options.max_trials, executions(options), options.max_retries,
                 options.max_consecutive_failures, stoppers},
                std::move(sampler), std::move(scheduler), std::move(results));
}

int executions(const SweepOptions& options) {
  return options.executions_per_trial * std::max(options.folds, 1);
}

int chosen_width(const SweepOptions& options, int workers) {
  if (options.by_arrival || !depends_on_order(options)) return 0;
  if (options.width > 0) return options.width;
  const auto scheduler = make_scheduler(options.scheduler, options, {});
  if (!sampler_kind(options.sampler).learns) return width_of_decisions(workers);
  return default_width(workers, has_higher_rungs(*scheduler));
}

}  // namespace sibyl
