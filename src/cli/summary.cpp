#include "cli/summary.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>

#include "cli/sweep.hpp"
#include "cli/table.hpp"
#include "cli/values_json.hpp"

namespace sibyl {

std::vector<TrialId> ranking(const Oracle& oracle) {
  const auto& trials = oracle.trials();
  std::vector<TrialId> order(trials.size());
  std::iota(order.begin(), order.end(), 0);
  const BestFirst before{oracle.options().objective};
  std::sort(order.begin(), order.end(), [&](TrialId a, TrialId b) {
    return before({trials[a].score, a}, {trials[b].score, b});
  });
  return order;
}

std::string note_on_best(const Oracle& oracle) {
  const TrialId best = oracle.best(), model = oracle.best_model();
  if (best == model) return "";
  return "it failed later (" + oracle.trials()[best].cause_text() + "), so its weights are not kept; " +
         (model < 0
              ? "no other trial has a model"
              : "the best model is trial " + std::to_string(model) + "'s, " +
                    oracle.options().objective.metric + " " + short_number(oracle.trials()[model].score));
}

namespace {

std::int64_t count(const Oracle& oracle, TrialStatus status) {
  return std::count_if(oracle.trials().begin(), oracle.trials().end(),
                       [&](const Trial& trial) { return trial.status == status; });
}

int epochs(const Trial& trial) {
  return *std::max_element(trial.epochs.begin(), trial.epochs.end());
}

void print_table(std::ostream& out, const Oracle& oracle, const std::vector<TrialId>& order, int top) {
  std::vector<std::string> header{"rank",       "trial",  oracle.options().objective.metric,
                                  "best epoch", "epochs", "status"};
  std::vector<std::string> names;
  for (const std::string& name : oracle.space().names())
    if (oracle.space().searches(name)) names.push_back(name);
  header.insert(header.end(), names.begin(), names.end());
  TextTable table(header);
  for (int rank = 0; rank < std::min<int>(top, static_cast<int>(order.size())); ++rank) {
    const Trial& trial = oracle.trials()[order[rank]];
    if (std::isnan(trial.score)) break;
    std::vector<std::string> row{
        std::to_string(rank + 1),      std::to_string(order[rank]),
        short_number(trial.score),     std::to_string(best_epoch(trial, oracle.options().objective)),
        std::to_string(epochs(trial)), std::string(to_string(trial.status))};
    for (const std::string& name : names) {
      const auto value = trial.hyperparameters.find(name);
      row.push_back(value == trial.hyperparameters.end() ? "" : short_text(value->second));
    }
    table.add(std::move(row));
  }
  table.print(out);
}

// How often each cause, the most frequent first, and one failure in full.
void print_failures(std::ostream& out, const Oracle& oracle) {
  std::map<std::string, int> counts;
  TrialId first = -1;
  for (TrialId id = 0; id < static_cast<TrialId>(oracle.trials().size()); ++id) {
    if (oracle.trials()[id].status != TrialStatus::failed) continue;
    ++counts[oracle.trials()[id].cause_text()];
    if (first < 0) first = id;
  }
  std::vector<std::pair<int, std::string>> causes;
  for (const auto& [cause, count] : counts) causes.emplace_back(-count, cause);
  std::sort(causes.begin(), causes.end());
  out << "Failed    ";
  for (const auto& [count, cause] : causes) out << -count << " x " << cause << "; ";
  out << "trial " << first << ": " << oracle.trials()[first].message << '\n';
}

}  // namespace

void print_summary(std::ostream& out, const Oracle& oracle, const Timing& timing, double now, int top,
                   const std::filesystem::path& directory, const std::string& state) {
  const auto order = ranking(oracle);
  const TrialId best = oracle.best();
  out << '\n';
  if (best >= 0) {
    print_table(out, oracle, order, top);
    const Trial& trial = oracle.trials()[best];
    out << "\nBest hyperparameters (trial " << best << ", " << oracle.options().objective.metric << " "
        << short_number(trial.score) << "):\n";
    if (const std::string note = note_on_best(oracle); !note.empty()) out << "  (" << note << ")\n";
    for (const auto& [name, value] : trial.hyperparameters)
      out << "  " << name << " = " << to_string(value) << '\n';
  } else {
    out << "No trial has a score yet.\n";
  }
  const auto failed = count(oracle, TrialStatus::failed);
  out << "\nTrials    " << oracle.trials().size() << ": " << count(oracle, TrialStatus::completed)
      << " completed, " << count(oracle, TrialStatus::stopped) << " stopped, " << failed << " failed";
  if (const auto open = count(oracle, TrialStatus::running) + count(oracle, TrialStatus::paused); open > 0)
    out << ", " << open << " under way";
  out << "; " << oracle.epochs() << " epochs\n";
  if (failed > 0) print_failures(out, oracle);
  out << "Time      " << duration(timing.wall(now)) << " with " << timing.workers()
      << (timing.workers() == 1 ? " worker" : " workers") << ", which trained "
      << percent(timing.busy_share(now)) << " of it\n";
  out << "Results   " << (directory / SweepFiles::results).string() << '\n';
  out << "State     " << state << std::endl;
}

std::string summary_json(const Oracle& oracle, const Timing& timing, double now,
                         const std::filesystem::path& directory, const std::string& state) {
  using nlohmann::ordered_json;
  ordered_json trials = ordered_json::array();
  for (const TrialId id : ranking(oracle)) {
    const Trial& trial = oracle.trials()[id];
    trials.push_back({{"trial", id},
                      {"score", number_or_null(trial.score)},
                      {"best_epoch", best_epoch(trial, oracle.options().objective)},
                      {"epochs", epochs(trial)},
                      {"status", to_string(trial.status)},
                      {"cause", trial.cause_text()},
                      {"message", trial.message},
                      {"hyperparameters", to_json(trial.hyperparameters)}});
  }
  const Objective& objective = oracle.options().objective;
  return ordered_json{
      {"state", state},
      {"objective", objective.metric},
      {"direction", to_string(objective.direction)},
      {"results", (directory / SweepFiles::results).string()},
      {"wall_seconds", timing.wall(now)},
      {"busy_share", timing.busy_share(now)},
      {"epochs", oracle.epochs()},
      {"best", oracle.best() < 0 ? ordered_json() : ordered_json(oracle.best())},
      {"best_model", oracle.best_model() < 0 ? ordered_json() : ordered_json(oracle.best_model())},
      {"trials", trials}}
      .dump(2, ' ', false, nlohmann::json::error_handler_t::replace);  // a message may be any bytes
}

}  // namespace sibyl
