#include "sweep/record/warm_start.hpp"

#include <cmath>
#include <map>

#include "base/numbers.hpp"
#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

namespace {

constexpr std::size_t most_taken = 2000;

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
  if (without > 0) start.line += (outside > 0 ? ", " : "; ") + std::to_string(without) + " without a score";
  return start;
}

}  // namespace sibyl
