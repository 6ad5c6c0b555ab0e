#pragma once

#include <map>
#include <string>

namespace sibyl {

/// Of a process's environment what says how it runs: Slurm's, CUDA's, OpenMP's and the BLAS's variables,
/// where libraries come from, and which modules are loaded. Nothing else, and nothing that looks like a
/// secret.
std::map<std::string, std::string> recorded_environment(const std::map<std::string, std::string>& all);

}  // namespace sibyl
