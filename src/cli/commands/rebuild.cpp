#include "cli/commands/rebuild.hpp"

#include <ostream>

#include "store/lock.hpp"
#include "store/replay.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

namespace fs = std::filesystem;

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
  results.plan(planned(*sweep.oracle));
  results.publish(file, sweep.oracle->trials(), sweep.timing.latest());
  out << file.string() << ": rebuilt from " << tail.records << " records, " << sweep.oracle->trials().size()
      << " trials and " << sweep.oracle->epochs() << " epochs" << std::endl;
}

}  // namespace sibyl
