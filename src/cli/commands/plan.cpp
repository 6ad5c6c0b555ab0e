#include "cli/commands/plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "cli/screen/table.hpp"
#include "core/oracle/simulation.hpp"
#include "core/samplers/random.hpp"
#include "core/schedulers/registry.hpp"
#include "sweep/options/without_effect.hpp"

namespace sibyl {

namespace {

// A row a bracket of the first iteration; what the search space or --max-trials cut away is left out.
// `words`: "81 trials to epoch 1", else "81 to 1".
TextTable brackets(const std::vector<RungStatus>& rungs, bool words) {
  std::size_t most = 0;
  std::vector<std::vector<std::string>> rows;
  for (const RungStatus& rung : rungs) {
    if (rung.iteration > 0) break;
    if (rung.rung == 0) rows.push_back({std::to_string(rung.bracket)});
    const std::string trials = !words ? "" : rung.expected == 1 ? " trial" : " trials";
    rows.back().push_back(rung.expected == 0
                              ? "-"
                              : std::to_string(rung.expected) + trials + (words ? " to epoch " : " to ") +
                                    std::to_string(rung.epoch));
    most = std::max(most, rows.back().size());
  }
  std::vector<std::string> header{"bracket"};
  for (std::size_t rung = 0; rung + 1 < most; ++rung) header.push_back("rung " + std::to_string(rung));
  TextTable table(header);
  for (auto& row : rows) {
    row.resize(most);
    table.add(row);
  }
  return table;
}

// As many trials in each: population-based training's.
bool is_population(const std::vector<RungStatus>& rungs) {
  return rungs.size() > 2 && std::all_of(rungs.begin(), rungs.end(), [&](const RungStatus& each) {
           return each.bracket == 0 && each.iteration == 0 && each.expected == rungs.front().expected;
         });
}

void print_brackets(std::ostream& out, const std::vector<RungStatus>& rungs, int width) {
  if (is_population(rungs)) {
    out << "  " << rungs.front().expected << " trials to epochs " << rungs[0].epoch << ", " << rungs[1].epoch
        << (rungs.size() > 3 ? ", ..., " : ", ") << rungs.back().epoch << '\n';
    return;
  }
  const TextTable table = brackets(rungs, true);
  if (width == 0 || table.width() <= static_cast<std::size_t>(width)) {
    table.print(out);
    return;
  }
  brackets(rungs, false).print(out, width);
  out << "  (so many trials to that epoch)\n";
}

// What is printed, for one execution of each trial: others take their epochs one after the other, the same in
// any number.
struct Figures {
  double trials = 0, epochs = 0;
  double makespan = 0;                      ///< in epochs; without a share that is busy, a lower bound
  std::optional<double> busy_share;         ///< none: not run through
  double sampler_share = 0;                 ///< of the time: waiting for the sampler
  std::optional<std::int64_t> checkpoints;  ///< at a time
  std::vector<RungStatus> rungs;
  std::string reason;                                        ///< why it ends
  std::vector<std::pair<std::string, std::int64_t>> chosen;  ///< trials by sampler, where that is known
};

/// So many trials, without values: a plan shows none. None: without end.
class AsMany : public RandomSearch {
 public:
  explicit AsMany(std::optional<std::uint64_t> trials) : left_(trials) {}
  Sample sample(TrialId) const override { return {{}, {"random"}}; }
  std::optional<Values> if_untried(const Values& values, TrialId) const override { return values; }
  std::optional<std::uint64_t> untried() const override { return left_; }
  void started(TrialId, const Values&) override {
    if (left_ > 0U) --*left_;
  }
  bool exhausted() const override { return left_ == 0U; }

 private:
  std::optional<std::uint64_t> left_;
};

/// In the order in which they choose their first ones.
std::vector<std::pair<std::string, std::int64_t>> by_sampler(const std::vector<Trial>& trials) {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  for (const Trial& trial : trials) {
    const std::string& name = trial.origin.sampler;
    if (name.empty()) continue;  // the scheduler's
    const auto found =
        std::find_if(counts.begin(), counts.end(), [&](const auto& each) { return each.first == name; });
    if (found == counts.end())
      counts.emplace_back(name, 1);
    else
      ++found->second;
  }
  return counts;
}

Figures run_through(SweepOptions sweep, int workers, const SearchSpace& space,
                    const std::optional<Counted>& counted, const Objective& objective) {
  const std::int64_t executions = sibyl::executions(sweep);
  sweep.executions_per_trial = 1;
  sweep.folds = 0;
  sweep.stoppers.epochs = (sweep.stoppers.epochs + executions - 1) / executions;
  sweep.width = chosen_width(sweep, workers);
  std::unique_ptr<RandomSearch> random;
  if (counted && counted->complete && !counted->as_declared(space))
    random = std::make_unique<AsMany>(counted->all.size());
  else if (counted && counted->beyond)
    random = std::make_unique<AsMany>(std::nullopt);
  else
    random = std::make_unique<RandomSampler>(space, sweep.seed);
  Oracle oracle = make_oracle(sweep, space, objective, std::move(random), true);
  SimulatedTraining training;
  training.each_epoch = sweep.stoppers != Stoppers{};
  const SimulatedSweep run = simulate(oracle, workers, training);
  return {static_cast<double>(oracle.trials().size()),
          static_cast<double>(run.epochs),
          run.makespan,
          run.busy_share(workers),
          run.makespan > 0 ? run.waiting_for_sampler / (run.makespan * workers) : 0,
          run.peak_checkpoints + 1,  // the best trial that has ended keeps its own, too
          oracle.scheduler().rungs(),
          run.end.reason,
          by_sampler(oracle.trials())};
}

// As many trials as there can be.
double configurations(const SweepOptions& sweep, const SearchSpace& space,
                      const std::optional<Counted>& counted) {
  if (counted && counted->complete) return static_cast<double>(counted->all.size());
  const auto points = space.points();
  const bool ends = sampler_kind(sweep.sampler).exhausts;
  if (points && (ends || !counted || !counted->beyond)) return static_cast<double>(*points);
  return ends ? 0x1p62 : std::numeric_limits<double>::infinity();
}

Figures figures(const SweepOptions& sweep, int workers, const SearchSpace& space,
                const std::optional<Counted>& counted, const Objective& objective) {
  constexpr double max_run_through = 100'000;
  double max_trials = std::numeric_limits<double>::infinity();
  if (sweep.max_trials > 0) max_trials = static_cast<double>(sweep.max_trials);
  max_trials = std::min(max_trials, configurations(sweep, space, counted));
  const auto totals = scheduler_kind(sweep.scheduler).totals;
  if (totals == nullptr) return run_through(sweep, workers, space, counted, objective);
  const PlanTotals all = totals(sweep, max_trials);
  const auto budget = static_cast<double>(sweep.stoppers.epochs);
  if (all.trials <= max_run_through || (budget > 0 && budget <= max_run_through))
    return run_through(sweep, workers, space, counted, objective);
  return {all.trials, all.epochs, std::ceil(all.epochs / workers), {}, 0, {}, all.rungs, "", {}};
}

// The budget of time in the unit of `simulate`, an epoch of one execution; none where that is not known.
SweepOptions in_epochs(SweepOptions sweep, double epoch_seconds) {
  const double unit = epoch_seconds * executions(sweep);
  sweep.stoppers.seconds = unit > 0 ? sweep.stoppers.seconds / unit : 0;
  return sweep;
}

std::string count(double x) {
  return x < 0x1p53 ? std::to_string(static_cast<std::int64_t>(x)) : short_number(x);
}

void print_json(std::ostream& out, const Figures& plan, const Options& options,
                std::int64_t checkpoint_bytes) {
  const int executions = sibyl::executions(options.sweep);
  using Json = nlohmann::ordered_json;
  const auto whole = [](double x) { return x < 0x1p53 ? Json(static_cast<std::int64_t>(x)) : Json(x); };
  Json json{{"trials", whole(plan.trials)},
            {"epochs", whole(plan.epochs * executions)},
            {"workers", options.workers},
            {"makespan_epochs", plan.makespan * executions},
            {"busy_share", plan.busy_share ? Json(*plan.busy_share) : Json()},
            {"sampler_share", plan.sampler_share},
            {"checkpoints", plan.checkpoints ? Json(*plan.checkpoints * executions) : Json()},
            {"checkpoint_bytes", checkpoint_bytes},
            {"samplers", Json::object()},
            {"rungs", Json::array()}};
  for (const auto& [name, trials] : plan.chosen) json["samplers"][name] = trials;
  for (const RungStatus& rung : plan.rungs)
    json["rungs"].push_back({{"iteration", rung.iteration},
                             {"bracket", rung.bracket},
                             {"rung", rung.rung},
                             {"trials", rung.expected},
                             {"epoch", rung.epoch}});
  out << json.dump(2) << '\n';
}

void print_samplers(std::ostream& out, const std::vector<std::pair<std::string, std::int64_t>>& chosen,
                    bool learns) {
  out << "  chosen by: ";
  for (const auto& each : chosen)
    out << (&each == chosen.data() ? "" : ", ") << one_line(each.first) << ' ' << each.second;
  out << (learns ? " (random as long as too little is known)\n" : "\n");
}

}  // namespace

void print_plan(std::ostream& out, const Options& options, const SearchSpace& space,
                const std::optional<Counted>& counted, const Objective& objective,
                std::int64_t checkpoint_bytes, int width) {
  const SweepOptions& sweep = options.sweep;
  const int executions = sibyl::executions(sweep);
  const Figures plan =
      figures(in_epochs(sweep, options.epoch_seconds), options.workers, space, counted, objective);
  if (options.json) return print_json(out, plan, options, checkpoint_bytes);

  const double makespan = plan.makespan * executions;
  SweepOptions begun = sweep;
  begun.width = chosen_width(sweep, options.workers);
  out << scheduler_kind(sweep.scheduler).title(sweep) << "\n\n";
  print_brackets(out, plan.rungs, width);
  out << "\n  " << count(plan.trials) << " trials, " << count(plan.epochs * executions) << " epochs"
      << (plan.reason.empty() ? "" : "; then ") << plan.reason << '\n';
  const double combinations = configurations(sweep, space, counted);
  if (sampler_kind(sweep.sampler).exhausts && combinations < 0x1p53 && plan.trials < combinations)
    out << "  (of the grid's " << count(combinations) << " combinations the others are not tried)\n";
  if (plan.chosen.size() > 1) print_samplers(out, plan.chosen, sampler_kind(sweep.sampler).learns);
  out << "  " << options.workers << (options.workers == 1 ? " worker takes" : " workers take")
      << (plan.busy_share ? "" : " at least") << " the time of " << short_number(makespan) << " epochs";
  if (plan.busy_share) out << ", and train " << percent(*plan.busy_share) << " of it";
  if (plan.sampler_share >= least_percent)
    out << " (" << percent(plan.sampler_share) << " go in waiting for the sampler)";
  if (options.epoch_seconds > 0)
    out << ": " << duration(makespan * options.epoch_seconds) << " at " << short_number(options.epoch_seconds)
        << " s an epoch";
  out << '\n';
  if (const std::string note = width_note(begun); !note.empty()) out << "  (" << note << ")\n";
  if (plan.checkpoints) {
    const std::int64_t checkpoints = *plan.checkpoints * executions;
    out << "  at most " << checkpoints << " checkpoints on the disk at a time";
    if (checkpoint_bytes > 0)
      out << ": about " << short_number(static_cast<double>(checkpoints * checkpoint_bytes) / 1e6)
          << " MB with the default hyperparameters";
    out << '\n';
  } else {
    out << "  (so many trials are not run through in virtual time: how busy workers are is not known)\n";
  }
  for (const std::string& line : without_effect(sweep, options.typed)) out << "  " << line << '\n';
  if (const std::string why = no_search(sweep); !why.empty()) out << "  " << why << '\n';
  if (!std::isnan(sweep.stoppers.target) || sweep.stoppers.trials_without_improvement > 0 ||
      (sweep.stoppers.seconds > 0 && options.epoch_seconds == 0))
    out << "  (at most: --target, --budget-time and --stop-without-improvement may end it earlier)\n";
  if (sweep.patience > 0) out << "  (at most: --patience stops some trials earlier)\n";
}

}  // namespace sibyl
