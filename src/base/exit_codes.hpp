#pragma once

namespace sibyl {

/// What a job's program returns, besides 0: sysexits.h's words where it has any.
constexpr int exit_failed = 1;
constexpr int exit_usage = 64;    ///< EX_USAGE: the command line can't be meant
constexpr int exit_stopped = 75;  ///< EX_TEMPFAIL: stopped on request, and can be resumed

}  // namespace sibyl
