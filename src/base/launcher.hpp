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

/// The rank that the launcher gave this process, before MPI is started (Open MPI, PMIx, MPICH, Slurm); 0
/// without.
int rank_by_launcher();
std::string host_name();

}  // namespace sibyl
