#include "cli/screen/summary.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>

#include "base/numbers.hpp"
#include "base/text.hpp"
#include "cli/screen/table.hpp"
#include "cli/screen/values_json.hpp"
#include "sweep/record/sweep.hpp"

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

std::int64_t ended_early(const Oracle& oracle) {
  return std::count_if(oracle.trials().begin(), oracle.trials().end(), [](const Trial& trial) {
    return trial.status == TrialStatus::completed && trial.early_stopped;
  });
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& each : words) text += (text.empty() ? "" : ", ") + each;
  return text;
}

/// What chose the trial's values; empty where nobody knows.
std::string chosen_by(const Trial& trial) {
  return trial.origin.sampler.empty() && trial.parent >= 0 ? "scheduler" : trial.origin.sampler;
}

/// Did more than one choose? Else the options say all there is to be said.
bool several_chose(const Oracle& oracle) {
  const auto& trials = oracle.trials();
  return std::any_of(trials.begin(), trials.end(),
                     [&](const Trial& trial) { return chosen_by(trial) != chosen_by(trials.front()); });
}

/// "; gp had expected 0.31 +- 0.02", of a trial whose sampler has a model, else empty; "... at epoch 9" where
/// that is another one than the trial was to come to.
std::string expectation(const Trial& trial) {
  const Origin& origin = trial.origin;
  if (std::isnan(origin.expected_mean)) return "";
  std::string text = "; " + one_line(origin.sampler) + " had expected " + short_number(origin.expected_mean);
  if (!std::isnan(origin.expected_deviation)) text += " +- " + short_number(origin.expected_deviation);
  if (origin.expected_epoch > 0 && origin.expected_epoch != trial.slot.last_epoch)
    text += " at epoch " + std::to_string(origin.expected_epoch);
  return text;
}

void print_table(std::ostream& out, const Oracle& oracle, const std::vector<TrialId>& order, int top,
                 int width) {
  std::vector<std::string> header{
      "rank", "trial", oracle.options().objective.metric, "best epoch", "epochs", "status", "chosen by"};
  std::vector<std::string> names;
  for (const std::string& name : oracle.space().names())
    if (oracle.space().searches(name)) names.push_back(name);
  header.insert(header.end(), names.begin(), names.end());
  TextTable table(header);
  std::vector<std::string> last_first(names.rbegin(), names.rend());
  last_first.insert(last_first.end(), {"best epoch", "epochs", "status", "chosen by"});
  table.give_way(last_first);
  const bool several = several_chose(oracle);
  for (int rank = 0; rank < std::min<int>(top, static_cast<int>(order.size())); ++rank) {
    const Trial& trial = oracle.trials()[order[rank]];
    if (std::isnan(trial.score)) break;
    std::vector<std::string> row{
        std::to_string(rank + 1),       std::to_string(order[rank]),
        short_number(trial.score),      std::to_string(best_epoch(trial, oracle.options().objective)),
        std::to_string(trial.epochs()), std::string(to_string(trial.status)),
        several ? chosen_by(trial) : ""};
    for (const std::string& name : names) {
      const auto value = trial.hyperparameters.find(name);
      row.push_back(value == trial.hyperparameters.end() ? "" : short_text(value->second));
    }
    table.add(std::move(row));
  }
  // The best trial's are listed below anyway.
  if (const auto left_out = table.print(out, width); !left_out.empty()) {
    const std::string text = "  (no room for " + quantity(left_out.size(), "column") + ": " +
                             joined({left_out.rbegin(), left_out.rend()}) + ")";
    out << clip(text, static_cast<std::size_t>(width)) << '\n';
  }
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
  for (const auto& [count, cause] : causes) out << -count << " x " << one_line(cause) << "; ";
  out << "trial " << first << ": " << printable(oracle.trials()[first].said().message) << '\n';
}

void print_importances(std::ostream& out, const std::vector<Importance>& importances) {
  constexpr std::size_t most = 6;
  if (importances.empty()) return;
  std::vector<std::string> words;
  for (const Importance& each : importances)
    if (words.size() < most) words.push_back(one_line(each.hyperparameter) + " " + percent(each.share));
  out << "Matters   " << joined(words);
  if (importances.size() > most) out << ", and " << importances.size() - most << " more";
  out << " (PED-ANOVA)\n";
}

}  // namespace

void print_summary(std::ostream& out, const Seen& sweep, int top, int width) {
  const Oracle& oracle = sweep.oracle;
  const auto order = ranking(oracle);
  const TrialId best = oracle.best();
  out << '\n';
  if (best >= 0) {
    print_table(out, oracle, order, top, width);
    const Trial& trial = oracle.trials()[best];
    out << "\nBest hyperparameters (trial " << best << ", " << one_line(oracle.options().objective.metric)
        << " " << short_number(trial.score) << expectation(trial) << "):\n";
    if (const std::string note = note_on_best(oracle); !note.empty()) out << "  (" << note << ")\n";
    for (const auto& [name, value] : trial.hyperparameters)
      out << "  " << one_line(name + " = " + to_string(value)) << '\n';
  } else {
    out << "No trial has a score yet.\n";
  }
  const auto completed = count(oracle, TrialStatus::completed), failed = count(oracle, TrialStatus::failed);
  out << "\nTrials    " << oracle.trials().size() << ": " << completed << " completed";
  if (const auto early = ended_early(oracle); early > 0)
    out << " (" << (early == completed ? "all" : std::to_string(early)) << " early, for want of improvement)";
  out << ", " << count(oracle, TrialStatus::stopped) << " stopped, " << failed << " failed";
  if (const auto open = count(oracle, TrialStatus::running) + count(oracle, TrialStatus::paused); open > 0)
    out << ", " << open << " under way";
  out << "; " << oracle.epochs() << " epochs\n";
  if (failed > 0) print_failures(out, oracle);
  print_importances(out, sweep.importances);
  const Timing& timing = sweep.timing;
  out << "Time      " << duration(timing.wall(sweep.now)) << " with " << quantity(timing.workers(), "worker")
      << ", busy " << percent(timing.busy_share(sweep.now)) << " of it";
  if (const double share = timing.sampler_share(sweep.now); share >= least_percent)
    out << ", " << percent(share) << " waiting for the sampler";
  out << '\n';
  out << "Results   " << one_line((sweep.directory / SweepFiles::results).string()) << '\n';
  out << "State     " << printable(sweep.standing.text) << std::endl;
}

std::string summary_json(const Seen& sweep, int top) {
  using nlohmann::ordered_json;
  const Oracle& oracle = sweep.oracle;
  const auto order = ranking(oracle);
  const std::size_t shown = top > 0 ? std::min<std::size_t>(top, order.size()) : order.size();
  ordered_json trials = ordered_json::array();
  for (std::size_t rank = 0; rank < shown; ++rank) {
    const TrialId id = order[rank];
    const Trial& trial = oracle.trials()[id];
    trials.push_back({{"trial", id},
                      {"score", number_or_null(trial.score)},
                      {"best_epoch", best_epoch(trial, oracle.options().objective)},
                      {"epochs", trial.epochs()},
                      {"status", to_string(trial.status)},
                      {"early_stopped", trial.early_stopped},
                      {"cause", trial.cause_text()},
                      {"message", trial.said().message},
                      {"parameters", trial.facts.parameters},
                      {"host_memory", trial.facts.host_memory},
                      {"device_memory", trial.facts.device_memory},
                      {"checkpoint_bytes", trial.facts.checkpoint_bytes},
                      {"notes", to_json(trial.notes)},
                      {"sampler", trial.origin.sampler},
                      {"expected_score", number_or_null(trial.origin.expected_mean)},
                      {"expected_deviation", number_or_null(trial.origin.expected_deviation)},
                      {"expected_epoch", trial.origin.expected_epoch},
                      {"hyperparameters", to_json(trial.hyperparameters)}});
  }
  ordered_json counts = {{"all", oracle.trials().size()}};
  for (const TrialStatus each : {TrialStatus::running, TrialStatus::paused, TrialStatus::completed,
                                 TrialStatus::stopped, TrialStatus::failed})
    counts[std::string(to_string(each))] = count(oracle, each);
  ordered_json importances = ordered_json::object();
  for (const Importance& each : sweep.importances) importances[each.hyperparameter] = each.share;
  const Objective& objective = oracle.options().objective;
  return dump({{"state", sweep.standing.state()},
               {"finished", sweep.standing.finished()},
               {"reason", sweep.standing.text},
               {"objective", objective.metric},
               {"direction", to_string(objective.direction)},
               {"results", (sweep.directory / SweepFiles::results).string()},
               {"wall_seconds", sweep.timing.wall(sweep.now)},
               {"busy_share", sweep.timing.busy_share(sweep.now)},
               {"sampler_share", sweep.timing.sampler_share(sweep.now)},
               {"epochs", oracle.epochs()},
               {"best", oracle.best() < 0 ? ordered_json() : ordered_json(oracle.best())},
               {"best_model", oracle.best_model() < 0 ? ordered_json() : ordered_json(oracle.best_model())},
               {"counts", counts},
               {"importances", importances},
               {"trials", trials}});
}

}  // namespace sibyl
