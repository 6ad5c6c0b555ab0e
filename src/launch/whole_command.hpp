#pragma once

#include <string>
#include <vector>

#include "base/launcher.hpp"

namespace sibyl {

using Words = std::vector<std::string>;

/// The command lines of the processes that this one descends from on this machine, nearest first.
std::vector<Words> ancestors();

/// The command that started this sweep, as a shell takes it: with mpirun or srun as it was typed, where that
/// is among `above`; else as the launcher's variables say. `own` is this program's command line.
std::string whole_command(const Words& own, const std::vector<Words>& above, const Environ& environ,
                          int ranks);

}  // namespace sibyl
