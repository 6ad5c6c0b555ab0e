#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sweep/link/messages.hpp"

namespace sibyl {

/// Which build of which program this process runs: the linker's build ID, in hexadecimal; empty if it made
/// none.
std::string build_id();

/// What rank 0 tells the workers about itself, once it owns the sweep's directory.
Begin identity_of_rank_0(const std::filesystem::path& directory);

/// On a worker: throws Error when it runs another build than rank 0, or when the sweep's directory is not the
/// one that rank 0 sees: then no checkpoint could go from worker to worker. For the directory it waits up to
/// `wait_timeout` seconds, since a network's file system may be late, as long as `go_on`.
void check_site(const Begin& rank_0, const std::filesystem::path& directory,
                const std::function<bool()>& go_on, double wait_timeout = 10);

}  // namespace sibyl
