#pragma once

#include <memory>

#include "sibyl/job.hpp"

/// A job whose questions do what the answer to "do" says.
std::unique_ptr<sibyl::Job> make_questioned_job();
