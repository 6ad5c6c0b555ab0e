#pragma once

#include <string>
#include <vector>

#include "cli/options/options.hpp"
#include "core/events.hpp"
#include "sibyl/job.hpp"

namespace sibyl {

/// The sweep as this command line describes it.
SweepOpened describe_sweep(const std::vector<std::string>& command_line, const Options& options, Job& job);
/// By whom and with what it is started; `ranks`: of MPI.
SweepLaunched describe_launch(const std::vector<std::string>& command_line, const Options& options,
                              const Job& job, int ranks);

}  // namespace sibyl
