#pragma once

#include <string>
#include <vector>

namespace sibyl {

/// What `submit` asks Slurm for.
struct BatchSettings {
  std::string name;  ///< of the job, in squeue
  int nodes = 1;
  int gpus_per_node = 0;
  int workers_per_gpu = 1;
  bool mps = false;          ///< NVIDIA's MPS for workers that share a GPU
  int workers_per_node = 0;  ///< where there are no GPUs
  int cpus_per_node = 0;     ///< 0: whole nodes
  double time = 3600;        ///< seconds, of each life of the job
  double warning = 120;      ///< seconds before that limit, in which the sweep is to be saved
  std::string launcher;      ///< "srun" or "mpirun"
  std::string account, partition;
  std::vector<std::string> sbatch;  ///< further options for sbatch, as they are: "--constraint=a100"
  std::vector<std::string> setup;   ///< lines of shell to be run first: "module load openmpi"

  int workers() const {
    return nodes * (gpus_per_node > 0 ? gpus_per_node * workers_per_gpu : workers_per_node);
  }
};

/// The sweep that is to run: the program, and what `search` is told besides --output and --resume.
struct BatchSweep {
  std::string program;
  std::string output;
  std::vector<std::string> options;
};

/// A batch script that needs nothing else: slurm/common.sh stands in it.
std::string batch_script(const BatchSettings& settings, const BatchSweep& sweep);

/// "1-02:03:04", as Slurm writes a time.
std::string slurm_time(double seconds);
/// A value behind `#SBATCH --option=`, as sbatch reads it back. Throws UsageError that names the option where
/// a line can't hold it.
std::string sbatch_word(const std::string& option, const std::string& text);

}  // namespace sibyl
