#include "cli/stored_sweep.hpp"

#include <ostream>

#include "cli/asking.hpp"
#include "cli/progress.hpp"
#include "cli/summary.hpp"
#include "cli/sweep.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "store/lock.hpp"
#include "store/replay.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

constexpr int most_executions = 1'000'000;

fs::path journal_in(const fs::path& directory) {
  const fs::path journal = directory / SweepFiles::journal;
  if (!fs::exists(journal))
    throw Error("there is no sweep in " + directory.string() + " (no " + SweepFiles::journal +
                "): give the directory of one");
  return journal;
}

}  // namespace

Consequences StoredSweep::tell(const Event& event) {
  if (const auto* is_opened = std::get_if<SweepOpened>(&event); is_opened && !oracle) {
    opened = *is_opened;
    oracle.emplace(replayed_oracle(opened));
  }
  if (!oracle) throw Contradiction("something else, but a journal begins with a sweep's settings");
  const Consequences consequences = oracle->tell(event);  // first: the others take any event
  timing.learn(event);
  record.tell(event);
  return consequences;
}

Standing StoredSweep::standing(const fs::path& directory) const {
  return sibyl::standing(attempts(), oracle->best_model() >= 0, lock_holder(directory));
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
        options.executions_per_trial > most_executions || options.max_retries < 0)
      throw Error("a number is out of its range in " + opened.options);
    return recorded_oracle(opened);
  } catch (const std::exception& problem) {  // also what the JSON library throws
    throw Contradiction("that a sweep begins, but its settings make none: " + std::string(problem.what()));
  }
}

Oracle recorded_oracle(const SweepOpened& opened, const Ask& ask) {
  return make_oracle(sweep_options_from_json(opened.options), opened.space,
                     {opened.metric, opened.maximize ? Direction::maximize : Direction::minimize},
                     sampler(opened, ask));
}

void summarize(std::ostream& out, const Options& options, int width) {
  const StoredSweep sweep = read_stored_sweep(options.directory);
  const Seen seen{*sweep.oracle, sweep.timing, sweep.timing.latest(), options.directory,
                  sweep.standing(options.directory)};
  if (options.json)
    out << summary_json(seen, options.top) << std::endl;
  else
    print_summary(out, seen, options.top > 0 ? options.top : default_top, width);
  if (const std::string command = resume_command(sweep.record.command());
      !options.json && seen.standing.goes_on() && seen.standing.state != SweepState::running &&
      !command.empty())
    out << "Continue  " << printable(command) << std::endl;
}

void rebuild(std::ostream& out, const Options& options) {
  const fs::path journal = journal_in(options.directory);
  const DirectoryLock lock(options.directory);
  require_no_writer(journal);
  StoredSweep sweep;
  Results results;
  const JournalTail tail = replay(
      journal, [&](const Event& event) { return sweep.tell(event); }, results);
  sweep.check(options.directory);
  const fs::path file = options.directory / SweepFiles::results;
  results.plan(planned_trials(*sweep.oracle), planned_epochs(*sweep.oracle));
  results.publish(file, sweep.oracle->trials(), sweep.timing.latest());
  out << file.string() << ": rebuilt from " << tail.records << " records, " << sweep.oracle->trials().size()
      << " trials and " << sweep.oracle->epochs() << " epochs" << std::endl;
}

}  // namespace sibyl
