#pragma once

#include <filesystem>

#include "cli/screen/progress.hpp"
#include "launch/launch_checks.hpp"
#include "sweep/record/sweep.hpp"

namespace sibyl {

/// Shows people how a sweep goes, and what is odd about how it was started.
class SweepScreen : public Progress {
 public:
  SweepScreen(const Terminal& terminal, const Oracle& oracle, const Timing& timing, LaunchChecks checks);
  void learn(const Event& event, const Consequences& consequences, double now, bool quiet) override;

 private:
  LaunchChecks checks_;
};

/// What it came to, and the command that continues it.
void show_end(Sweep& sweep, const std::filesystem::path& directory, const Terminal& terminal);

}  // namespace sibyl
