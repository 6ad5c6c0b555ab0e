#pragma once

#include <functional>
#include <optional>
#include <string>

namespace sibyl {

/// Asks for an environment variable; null where there is none. std::getenv, or a test's.
using Environ = std::function<const char*(const char*)>;

/// The Slurm job that this process belongs to.
struct SlurmJob {
  std::string id;        ///< "4711", of an array "4711_3"
  int restarts = 0;      ///< how often Slurm has requeued it
  int tasks = 0;         ///< of this step, when srun started this process, else of the job; 0: not said
  bool in_step = false;  ///< started by srun (or by the daemon that mpirun started with srun)
  double ends = 0;       ///< seconds since 1970, at its time limit; 0: not said
};
std::optional<SlurmJob> slurm_job(const Environ& environ);

/// Who started this process as one of several: "mpirun", "srun", or nobody.
std::string launcher(const Environ& environ);

/// Has the launcher a process manager, through which MPI's ranks find one another (PMIx, PMI, Open MPI's
/// own)?
bool has_process_manager(const Environ& environ);

/// What squeue knows of a job: "RUNNING on node[1-4], 3:12:05 until its time limit"; empty when it knows
/// nothing, or where there is no squeue.
std::string in_queue(const std::string& job);
/// The same from squeue's line "%T|%r|%L|%N".
std::string in_queue_text(const std::string& line);

}  // namespace sibyl
