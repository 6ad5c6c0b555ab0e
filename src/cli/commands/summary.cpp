#include "cli/commands/summary.hpp"

#include <ostream>

#include "base/text.hpp"
#include "cli/screen/summary.hpp"
#include "sweep/record/stored_sweep.hpp"

namespace sibyl {

void summarize(std::ostream& out, const Options& options, int width) {
  const StoredSweep sweep = read_stored_sweep(options.directory);
  const Seen seen{*sweep.oracle,
                  sweep.timing,
                  sweep.timing.latest(),
                  options.directory,
                  sweep.standing(options.directory),
                  importances(sweep.oracle->space(), sweep.oracle->trials(), sweep.rungs,
                              sweep.oracle->options().objective)};
  if (options.json)
    out << summary_json(seen, options.top) << std::endl;
  else
    print_summary(out, seen, options.top > 0 ? options.top : default_top, width);
  if (const std::string command = resume_command(sweep.record.command());
      !options.json && seen.standing.goes_on() && !command.empty())
    out << "Continue  " << printable(command) << std::endl;
}

}  // namespace sibyl
