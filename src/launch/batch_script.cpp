#include "launch/batch_script.hpp"

#include <array>
#include <cstdio>
#include <sstream>

#include "base/text.hpp"
#include "launch/common_sh.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

std::string slurm_time(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%lld-%02lld:%02lld:%02lld", whole / 86400, whole / 3600 % 24,
                whole / 60 % 60, whole % 60);
  return text.data();
}

// sbatch ends a word at a blank outside quotes, and a line at its end. A # outside quotes begins a comment. A
// backslash takes the meaning of what follows, but not of blanks.
std::string sbatch_word(const std::string& option, const std::string& text) {
  if (text.find_first_of(std::string("\n\r\0", 3)) != std::string::npos)
    throw UsageError(option + " '" + one_line(text) +
                     "': a line break has no place in a line #SBATCH: take another name");
  if (text.find_first_of(" \t\"'#\\") == std::string::npos) return text;
  std::string word = "\"";
  for (const char c : text) word += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  return word + '"';
}

namespace {

// In a path of Slurm's, % begins a pattern, and a \ would turn all of them off.
std::string slurm_path(const std::string& path) {
  if (path.find('\\') != std::string::npos)
    throw UsageError("--output '" + one_line(path) +
                     "': Slurm takes the \\ for a sign of its own: name another directory");
  std::string text;
  for (const char c : path) text += c == '%' ? "%%" : std::string(1, c);
  return text;
}

}  // namespace

std::string batch_script(const BatchSettings& settings, const BatchSweep& sweep) {
  std::ostringstream script;
  const auto ask = [&](const std::string& option) { script << "#SBATCH " << option << '\n'; };
  if (settings.name.find('/') != std::string::npos)
    throw UsageError(
        "--job-name '" + one_line(settings.name) +
        "': it becomes part of the name of the file with what the job says, so it can't hold a /");
  script << "#!/bin/bash\n";
  ask("--job-name=" + sbatch_word("--job-name", settings.name));
  if (!settings.account.empty()) ask("--account=" + sbatch_word("--account", settings.account));
  if (!settings.partition.empty()) ask("--partition=" + sbatch_word("--partition", settings.partition));
  ask("--nodes=" + std::to_string(settings.nodes));
  if (settings.gpus_per_node > 0) ask("--gpus-per-node=" + std::to_string(settings.gpus_per_node));
  if (settings.cpus_per_node > 0) {
    ask("--ntasks=" + std::to_string(settings.nodes));
    ask("--cpus-per-task=" + std::to_string(settings.cpus_per_node));
  } else {
    ask("--exclusive");
  }
  ask("--time=" + slurm_time(settings.time));
  ask("--signal=B:USR1@" + std::to_string(static_cast<long long>(settings.warning)));
  ask("--requeue");
  ask("--open-mode=append");
  ask("--output=" + sbatch_word("--output", slurm_path(sweep.output) + "/%x-%j.out"));
  for (const std::string& option : settings.sbatch) {
    const auto value = option.find('=') == std::string::npos ? option.size() : option.find('=') + 1;
    ask(sbatch_word("--sbatch", option.substr(0, value)) +
        (value < option.size() ? sbatch_word("--sbatch", option.substr(value)) : ""));
  }
  script << "set -euo pipefail\n";
  for (const std::string& line : settings.setup) script << line << '\n';
  if (settings.mps && settings.gpus_per_node == 0)
    throw UsageError("--mps is for GPUs: add --gpus-per-node, or leave it out");
  std::vector<std::string> options = sweep.options;
  if (settings.gpus_per_node > 0 && settings.workers_per_gpu > 1)
    options.push_back("--workers-per-gpu=" + std::to_string(settings.workers_per_gpu));
  script << "job=" << shell_word(sweep.program) << "\noptions=(";
  for (const std::string& option : options)
    script << (&option == &options[0] ? "" : " ") << shell_word(option);
  script << ")\noutput=" << shell_word(sweep.output) << '\n';
  if (settings.mps) script << "mps=yes\n";
  script << "\n# -- slurm/common.sh\n" << common_sh << "# -- end of slurm/common.sh\n\n";
  const std::string ranks = std::to_string(settings.workers() + 1);
  if (settings.launcher == "srun") {
    // One task a node was asked for, with all its cores; the step's ranks share them. Slurm's PMIx ends the
    // step whenever a rank dies that has begun MPI, so no rank's death is outlived; with kill-on-bad-exit the
    // others don't wait for one that died before, either.
    script << "sweep srun --mpi=pmix --ntasks=" << ranks
           << " --cpus-per-task=1 --overcommit --distribution=cyclic --cpu-bind=none --kill-on-bad-exit=1";
  } else {
    script << "sweep \"${in_mpirun[@]}\" -n " << ranks;
  }
  script << " \"${search[@]}\"\n";
  return script.str();
}

}  // namespace sibyl
