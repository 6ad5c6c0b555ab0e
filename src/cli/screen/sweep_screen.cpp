#include "cli/screen/sweep_screen.hpp"

#include <iostream>

#include "base/text.hpp"
#include "cli/screen/summary.hpp"

namespace sibyl {

SweepScreen::SweepScreen(const Terminal& terminal, const Oracle& oracle, const Timing& timing,
                         LaunchChecks checks)
    : Progress(std::cout, terminal, oracle, timing), checks_(std::move(checks)) {}

void SweepScreen::learn(const Event& event, const Consequences& consequences, double now, bool quiet) {
  Progress::learn(event, consequences, now, quiet);
  checks_.tell(event);
  if (quiet) return;
  for (const std::string& warning : checks_.warnings()) line("WARNING: " + warning, now);
}

void show_end(Sweep& sweep, const std::filesystem::path& directory, const Terminal& terminal) {
  print_summary(std::cout, {sweep.oracle(), sweep.timing(), wall_clock(), directory, sweep.standing()},
                default_top, terminal.columns());
  if (!sweep.finished()) std::cout << "Continue  " << printable(sweep.resume_command()) << std::endl;
}

}  // namespace sibyl
