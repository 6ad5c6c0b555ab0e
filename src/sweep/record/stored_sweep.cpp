#include "sweep/record/stored_sweep.hpp"

#include "sibyl/error.hpp"
#include "store/journal/journal.hpp"
#include "store/lock.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/record/asking.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

constexpr int max_recorded_executions = 1'000'000;

}  // namespace

fs::path journal_in(const fs::path& directory) {
  const fs::path journal = directory / SweepFiles::journal;
  if (!fs::exists(journal))
    throw Error("there is no sweep in " + directory.string() + " (no " + SweepFiles::journal +
                "): give the directory of one");
  return journal;
}

Consequences StoredSweep::tell(const Event& event) {
  if (const auto* is_opened = std::get_if<SweepOpened>(&event); is_opened && !oracle) {
    opened = *is_opened;
    oracle.emplace(replayed_oracle(opened));
  }
  if (!oracle) throw Contradiction("something else, but a journal begins with a sweep's settings");
  const Consequences consequences = oracle->tell(event);  // first: the others take any event
  timing.learn(event, consequences);
  record.tell(event);
  rungs.insert(rungs.end(), consequences.decisions.begin(), consequences.decisions.end());
  return consequences;
}

Standing StoredSweep::standing(const fs::path& directory) const {
  return sibyl::standing(launches(), oracle->best_model() >= 0, lock_holder(directory));
}

void StoredSweep::check(const fs::path& directory) const {
  if (!oracle) throw Error("the journal in " + directory.string() + " is empty: the sweep never began");
}

StoredSweep read_stored_sweep(const fs::path& directory) {
  StoredSweep sweep;
  read_journal(journal_in(directory), [&](Event&& event) { sweep.tell(event); });
  sweep.check(directory);
  return sweep;
}

Oracle replayed_oracle(const SweepOpened& opened) {
  try {
    const SweepOptions options = sweep_options_from_json(opened.options);
    if (options.max_trials < 0 || options.max_epochs < 1 || options.executions_per_trial < 1 ||
        options.executions_per_trial > max_recorded_executions || options.folds < 0 ||
        options.folds > max_recorded_executions / options.executions_per_trial || options.max_retries < 0)
      throw Error("a number is out of its range in " + opened.options);
    return recorded_oracle(opened);
  } catch (const std::exception& problem) {  // also what the JSON library throws
    throw Contradiction("that a sweep begins, but its settings make none: " + std::string(problem.what()));
  }
}

Oracle recorded_oracle(const SweepOpened& opened, const Ask& ask) {
  return make_oracle(sweep_options_from_json(opened.options), opened.space,
                     {opened.metric, opened.maximize ? Direction::maximize : Direction::minimize},
                     random_search(opened, ask));
}

}  // namespace sibyl
