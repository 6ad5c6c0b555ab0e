#include "base/launcher.hpp"

#include <unistd.h>

#include <cstdlib>

namespace sibyl {

std::optional<SlurmJob> slurm_job(const Environ& environ) {
  const auto text = [&](const char* name) {
    const char* value = environ(name);
    return std::string(value ? value : "");
  };
  const auto number = [&](const char* name) { return std::atoi(text(name).c_str()); };
  SlurmJob job;
  job.id = text("SLURM_JOB_ID");
  if (job.id.empty()) return {};
  if (const std::string array = text("SLURM_ARRAY_JOB_ID"); !array.empty())
    job.id = array + "_" + text("SLURM_ARRAY_TASK_ID");
  job.restarts = number("SLURM_RESTART_COUNT");  // not there before the first
  job.in_step = environ("SLURM_STEP_ID") != nullptr && environ("SLURM_STEP_NUM_TASKS") != nullptr;
  job.tasks = number(job.in_step ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS");
  job.ends = std::atof(text("SLURM_JOB_END_TIME").c_str());
  return job;
}

std::string launcher(const Environ& environ) {
  if (environ("OMPI_COMM_WORLD_RANK")) return "mpirun";
  const auto job = slurm_job(environ);
  return job && job->in_step ? "srun" : "";
}

bool has_process_manager(const Environ& environ) {
  return environ("PMIX_RANK") || environ("PMI_RANK") || environ("OMPI_COMM_WORLD_RANK");
}

int rank_by_launcher() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (const char* rank = std::getenv(name)) return std::atoi(rank);
  return 0;
}

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace sibyl
