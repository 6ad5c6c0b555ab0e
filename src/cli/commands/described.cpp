#include "cli/commands/described.hpp"

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/launcher.hpp"
#include "cli/commands/steered.hpp"
#include "launch/whole_command.hpp"
#include "mpi/environment.hpp"
#include "store/sweep_directory.hpp"
#include "sweep/record/asking.hpp"
#include "sweep/record/sweep.hpp"
#include "sweep/worker/rank_identity.hpp"

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
  return launched;
}

}  // namespace sibyl
