#include "sweep/record/warm_start.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

namespace {

constexpr std::size_t most_taken = 2000;

// What every configuration of the space says, and is searched.
std::vector<std::string> always_searched(const SearchSpace& space) {
  std::vector<std::string> names;
  for (const Hyperparameter& each : space.hyperparameters())
    if (each.conditions.empty() && kind(each.domain) != "fixed") names.push_back(each.name);
  return names;
}

// Of these names those that no trial has a value of.
std::vector<std::string> unknown(std::vector<std::string> names, const std::vector<Trial>& trials) {
  std::erase_if(names, [&](const std::string& name) {
    return std::any_of(trials.begin(), trials.end(),
                       [&](const Trial& trial) { return trial.hyperparameters.contains(name); });
  });
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& each : names) text += (text.empty() ? "'" : ", '") + each + "'";
  return text;
}

// None: a value is outside, or they have nothing in common.
std::optional<Values> fitting(const SearchSpace& space, const Values& values) {
  Values fit;
  bool is_of_use = false;
  for (const Hyperparameter& each : space.hyperparameters()) {
    const auto there = values.find(each.name);
    if (fit.contains(each.name) || there == values.end() || !holds(each.conditions, fit)) continue;
    const auto value = value_in(each.domain, there->second);
    if (!value) return std::nullopt;
    is_of_use = is_of_use || kind(each.domain) != "fixed";
    fit[each.name] = *value;
  }
  return is_of_use ? std::optional(std::move(fit)) : std::nullopt;
}

struct Told {
  StoredSweep sweep;
  std::map<TrialId, std::map<int, double>> scores;  ///< of those that did not fail, by epoch
};

Told tell_again(const std::filesystem::path& directory) {
  Told told;
  read_journal(journal_in(directory), [&](Event&& event) {
    for (const RungResult& each : told.sweep.tell(event).decisions)
      if (each.decision != RungDecision::failed && std::isfinite(each.score))
        told.scores[each.slot.trial][each.slot.last_epoch] = each.score;
  });
  told.sweep.check(directory);
  return told;
}

std::string counts(const std::filesystem::path& directory, std::size_t taken, std::size_t all,
                   std::size_t outside) {
  std::string line = "warm start from " + directory.string() + ": " + std::to_string(taken) + " of " +
                     quantity(all, "trial");
  if (outside > 0) line += "; " + std::to_string(outside) + " outside the space";
  return line;
}

}  // namespace

WarmStart read_warm_start(const std::filesystem::path& directory, const SearchSpace& space,
                          const Objective& objective) {
  const std::string who = "--warm-start " + directory.string();
  Told told;
  try {
    told = tell_again(directory);
  } catch (const Error& problem) {
    throw UsageError(who + ": " + problem.what());
  }
  const Objective there = told.sweep.oracle->options().objective;
  if (there != objective)
    throw UsageError(who + ": its objective is " + to_text(there) + ", and this sweep's is " +
                     to_text(objective) +
                     ", so its scores say nothing here; leave it out, or give --objective");
  const auto& trials = told.sweep.oracle->trials();
  const auto searched = always_searched(space);
  const auto missing = unknown(searched, trials);
  if (2 * missing.size() > searched.size())
    throw UsageError(who + ": its trials say nothing of " + listed(missing) +
                     ", so it is of another search: of " + std::to_string(searched.size()) +
                     " hyperparameters that every trial here has, " + std::to_string(missing.size()) +
                     " are not among its; leave it out");
  WarmStart start;
  std::size_t outside = 0;
  for (auto& [id, scores] : told.scores) {
    if (auto values = fitting(space, trials[static_cast<std::size_t>(id)].hyperparameters))
      start.trials.push_back({std::move(*values), std::move(scores)});
    else
      ++outside;
  }
  const std::size_t without = trials.size() - told.scores.size();
  if (start.trials.empty())
    throw UsageError(who + ": none of its " + quantity(trials.size(), "trial") +
                     " is of use: " + std::to_string(outside) +
                     " outside this search space (other names, types, settings or "
                     "bounds; see `space`), " +
                     std::to_string(without) + " without a score");
  if (start.trials.size() > most_taken)
    start.trials.erase(start.trials.begin(), start.trials.end() - static_cast<std::ptrdiff_t>(most_taken));
  start.line = counts(directory, start.trials.size(), trials.size(), outside);
  if (!missing.empty()) start.line += "; they say nothing of " + listed(missing);
  if (without > 0) start.line += (outside > 0 ? ", " : "; ") + std::to_string(without) + " without a score";
  return start;
}

}  // namespace sibyl
