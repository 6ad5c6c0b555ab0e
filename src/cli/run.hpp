#pragma once

#include <functional>
#include <memory>

#include "core/job.hpp"

namespace sibyl {

/// A job's whole main: reads the command line, runs the command, reports what went wrong. Returns the exit
/// code: 0 finished, 64 bad usage, 75 stopped on request, 1 failed.
int run(int argc, char** argv, const std::function<std::unique_ptr<Job>()>& make_job);

}  // namespace sibyl
