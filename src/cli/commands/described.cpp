#include "cli/commands/described.hpp"

#include <fcntl.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/archive.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/launcher.hpp"
#include "base/program_environment.hpp"
#include "cli/commands/steered.hpp"
#include "launch/recorded_environment.hpp"
#include "launch/whole_command.hpp"
#include "mpi/environment.hpp"
#include "process/shell_command.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/record/asking.hpp"
#include "sweep/record/sweep.hpp"
#include "sweep/worker/rank_identity.hpp"

/// Of the job's program, where CMake has put it there (job_source.cmake).
extern "C" const char* sibyl_source_version() __attribute__((weak));

namespace sibyl {

namespace {

std::string versions(const Job& job) {
  nlohmann::ordered_json versions = job.versions();
  versions["sibyl"] = SIBYL_VERSION;
  versions["build"] = build_id();
  versions["mpi"] = mpi_library();
  versions["hdf5"] = hdf5_version();
  return versions.dump();
}

// XXH64 of the program that runs; empty where the system does not show it.
std::string executable_hash() {
  try {
    const File program("/proc/self/exe", O_RDONLY);
    Bytes bytes(program.size());
    program.read_at(0, bytes);
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(xxh64(bytes)));
    return digits.data();
  } catch (const Error&) {
    return "";
  }
}

// What Git calls the state of the directory where this program was started; empty where there is no Git, or
// it takes long (a file system that hangs).
std::string directory_source() {
  try {
    ShellCommand git("git --no-optional-locks describe --always --dirty --tags --abbrev=12 2> /dev/null",
                     variables_for_programs(), "");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (!git.end()) {
      if (std::chrono::steady_clock::now() >= deadline) return "";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const ProcessEnd end = *git.end();
    return end.by_signal || end.code != 0 ? "" : end.output;
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

SweepOpened describe_sweep(const Words& command_line, const Options& options, Job& job) {
  SweepOpened opened;
  opened.time = wall_clock();
  opened.job = std::filesystem::path(command_line[0]).filename();
  opened.command_line = whole_command(
      command_line, {}, [](const char*) { return nullptr; }, 1);
  opened.options = every_option(options);
  opened.versions = versions(job);
  opened.seed = options.sweep.seed;
  const Objective improved = objective(options, job);
  opened.metric = improved.metric;
  opened.maximize = improved.direction == Direction::maximize;
  opened.space = search_space(options, job);
  static_cast<void>(searched_space(options.sweep, opened.space));  // refused before anything is made
  return opened;
}

SweepLaunched describe_launch(const Words& command_line, const Options& options, const Job& job, int ranks) {
  SweepLaunched launched;
  launched.host = host_name();
  launched.launcher = launcher(std::getenv);
  launched.ranks = ranks;
  if (const auto slurm = slurm_job(std::getenv)) {
    launched.slurm_job = slurm->id;
    launched.slurm_restarts = slurm->restarts;
  }
  auto above = ancestors();
  for (Words& words : above) words = written_out(words, options);
  launched.command = whole_command(command_line, above, std::getenv, ranks);
  launched.options = every_option(options);
  launched.versions = versions(job);
  launched.executable = executable_hash();
  if (sibyl_source_version) launched.source = sibyl_source_version();
  launched.directory_source = directory_source();
  launched.environment = recorded_environment(variables_of_this_process());
  return launched;
}

}  // namespace sibyl
