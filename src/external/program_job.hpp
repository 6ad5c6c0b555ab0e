#pragma once

#include <memory>

#include "sibyl/job.hpp"

namespace sibyl {

/// A job whose trials are another program's: see jobs/program.
std::unique_ptr<Job> make_program_job();

}  // namespace sibyl
