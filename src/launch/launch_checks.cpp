#include "launch/launch_checks.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/launcher.hpp"
#include "base/numbers.hpp"
#include "sibyl/error.hpp"

namespace sibyl {

LaunchFacts launch_facts(int ranks) {
  LaunchFacts facts{.ranks = ranks, .launcher = launcher(std::getenv)};
  if (const char* tasks = std::getenv("OMPI_COMM_WORLD_SIZE"))
    facts.tasks = std::atoi(tasks);
  else if (const auto slurm = slurm_job(std::getenv))
    facts.tasks = slurm->tasks;
  return facts;
}

std::vector<std::string> check_launch(const LaunchFacts& facts) {
  if (facts.ranks > 1) return {};
  const std::string tasks = std::to_string(facts.tasks);
  if (facts.tasks > 1 && !facts.launcher.empty())
    throw UsageError(facts.launcher + " started " + tasks +
                     " processes, but each of them sees only itself, and would be a sweep of its own: " +
                     (facts.launcher == "srun"
                          ? "give srun --mpi=pmix (`srun --mpi=list` shows what it knows)"
                          : "this program was built with another MPI than this mpirun's"));
  if (facts.tasks > 1)
    return {
        "this Slurm job has " + tasks +
        " tasks, but only this one process was started, which decides and trains: start it with srun --mpi=pmix, or mpirun"};
  if (!facts.launcher.empty())
    return {facts.launcher +
            " started one rank, which decides and trains alone: start one more than there are to be workers"};
  return {};
}

void LaunchChecks::tell(const Event& event) {
  if (std::holds_alternative<SweepResumed>(event)) device_users_.clear();
  if (const auto* report = std::get_if<EpochReported>(&event))
    longest_epoch_ = std::max(longest_epoch_, report->seconds);
  const auto* joined = std::get_if<WorkerJoined>(&event);
  if (joined && !device_users_.tell(*joined).empty()) news_ = true;
}

void LaunchChecks::check_devices(std::vector<std::string>& lines) {
  for (const auto& [device, users] : device_users_.all()) {
    const auto count = static_cast<int>(users.size());
    const std::string what =
        std::to_string(count) + " workers share one GPU (" + device.second + " on " + device.first + ")";
    if (workers_per_gpu_ > 0 && count > workers_per_gpu_)
      throw UsageError(what + ", but --workers-per-gpu is " + std::to_string(workers_per_gpu_) +
                       ": start fewer ranks (one more than workers), or ask for more GPUs");
    if (workers_per_gpu_ == 0 && count > 1 && !told_of_devices_) {
      told_of_devices_ = true;
      lines.push_back(what + ": start fewer ranks, or, if it is meant, say so with --workers-per-gpu");
    }
  }
}

std::vector<std::string> LaunchChecks::warnings() {
  std::vector<std::string> lines;
  if (std::exchange(news_, false)) check_devices(lines);
  if (time_limit_ > 0 && longest_epoch_ > time_limit_ && !told_of_time_) {
    told_of_time_ = true;
    lines.push_back(
        "an epoch takes " + duration(longest_epoch_) + ", longer than the time limit of " +
        duration(time_limit_) +
        ": no start will finish one, and each loses what it takes to load and to save; ask for more time");
  }
  return lines;
}

}  // namespace sibyl
