#include "cli/stored_sweep.hpp"

#include <ostream>

#include "cli/asking.hpp"
#include "cli/summary.hpp"
#include "cli/sweep.hpp"
#include "core/error.hpp"
#include "store/lock.hpp"
#include "store/replay.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

fs::path journal_in(const fs::path& directory) {
  const fs::path journal = directory / SweepFiles::journal;
  if (!fs::exists(journal))
    throw Error("there is no sweep in " + directory.string() + " (no " + SweepFiles::journal +
                "): give the directory of one");
  return journal;
}

}  // namespace

Consequences StoredSweep::tell(const Event& event) {
  if (const auto* is_opened = std::get_if<SweepOpened>(&event)) {
    opened = *is_opened;
    oracle.emplace(recorded_oracle(opened));
  }
  if (!oracle) throw Error("the journal does not begin with a sweep's settings: it is damaged");
  attempts.tell(event);
  timing.learn(event);
  record.tell(event);
  return oracle->tell(event);
}

std::string StoredSweep::state() const {
  const std::string& end = attempts.all().back().end;
  if (end.empty()) return "not finished";
  return end.starts_with("stopped") ? end + "; continue it with --resume" : end;
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

Oracle recorded_oracle(const SweepOpened& opened, const Ask& ask) {
  return make_oracle(sweep_options_from_json(opened.options), opened.space,
                     {opened.metric, opened.maximize ? Direction::maximize : Direction::minimize},
                     sampler(opened, ask));
}

void summarize(std::ostream& out, const Options& options) {
  const StoredSweep sweep = read_stored_sweep(options.directory);
  const double latest = sweep.timing.latest();
  if (options.json)
    out << summary_json(*sweep.oracle, sweep.timing, latest, options.directory, sweep.state()) << std::endl;
  else
    print_summary(out, *sweep.oracle, sweep.timing, latest, options.top > 0 ? options.top : default_top,
                  options.directory, sweep.state());
  const std::string& end = sweep.attempts.all().back().end;
  if (const std::string command = resume_command(sweep.record.command());
      !options.json && !end.starts_with("finished") && !command.empty() && !lock_holder(options.directory))
    out << "Continue  " << command << std::endl;
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
  results.publish(file, sweep.oracle->trials(), sweep.timing.latest());
  out << file.string() << ": rebuilt from " << tail.records << " records, " << sweep.oracle->trials().size()
      << " trials and " << sweep.oracle->epochs() << " epochs" << std::endl;
}

}  // namespace sibyl
