#include "cli/commands/rebuild.hpp"

#include <ostream>

#include "store/lock.hpp"
#include "store/replay.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/record/retrained.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

namespace {

JournalTail write_anew(const fs::path& directory, StoredSweep& sweep) {
  const fs::path journal = journal_in(directory);
  const DirectoryLock lock(directory);
  require_no_writer(journal);
  Results results;
  const JournalTail tail = replay(
      journal, [&](const Event& event) { return sweep.tell(event); }, results);
  sweep.check(directory);
  results.plan(planned(*sweep.oracle));
  results.retrained(read_retrained(directory));
  results.publish(directory / SweepFiles::results, sweep.oracle->trials(), sweep.timing.latest());
  return tail;
}

}  // namespace

void publish_anew(const fs::path& directory) {
  if (lock_holder(directory)) return;
  StoredSweep sweep;
  write_anew(directory, sweep);
}

void rebuild(std::ostream& out, const Options& options) {
  StoredSweep sweep;
  const JournalTail tail = write_anew(options.directory, sweep);
  out << (options.directory / SweepFiles::results).string() << ": rebuilt from " << tail.records
      << " records, " << sweep.oracle->trials().size() << " trials and " << sweep.oracle->epochs()
      << " epochs" << std::endl;
}

}  // namespace sibyl
