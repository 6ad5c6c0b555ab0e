// What `submit` asks Slurm for.
#include "cli/options/option_table.hpp"
#include "sweep/options/option_types.hpp"

namespace sibyl {

namespace {

OptionTable<BatchSettings> of_the_job() {
  using Of = OptionTypes<BatchSettings>;
  return {
      {.name = "nodes", .value = "N", .help = "So many nodes", .type = Of::number(&BatchSettings::nodes, 1)},
      {.name = "gpus-per-node",
       .value = "N",
       .help = "GPUs of each node, with a worker each; 0: train on CPUs",
       .type = Of::number(&BatchSettings::gpus_per_node, 0)},
      {.name = "workers-per-gpu",
       .value = "N",
       .help = "So many workers share each GPU",
       .type = Of::number(&BatchSettings::workers_per_gpu, 1)},
      {.name = "mps",
       .help = "Start NVIDIA's MPS on each node, for workers that share a GPU",
       .type = Of::flag(&BatchSettings::mps)},
      {.name = "workers-per-node",
       .value = "N",
       .help = "Without GPUs: so many workers on each node",
       .default_help = "",
       .type = Of::number(&BatchSettings::workers_per_node, 1)},
      {.name = "cpus-per-node",
       .value = "N",
       .help = "Take so many cores of each node, and leave the rest to others",
       .default_help = "whole nodes",
       .type = Of::number(&BatchSettings::cpus_per_node, 1)},
      {.name = "time",
       .value = "TIME",
       .help = "Time limit of each life of the job, such as 4h or 90m; at its end the sweep is saved, "
               "requeued and goes on",
       .type = Of::duration(&BatchSettings::time)},
      {.name = "save-time",
       .value = "TIME",
       .help = "So long before the limit the sweep is told to save everything",
       .type = Of::duration(&BatchSettings::warning)},
      {.name = "account",
       .value = "NAME",
       .help = "To be charged",
       .type = Of::text(&BatchSettings::account)},
      {.name = "partition",
       .value = "NAME",
       .help = "To run in",
       .type = Of::text(&BatchSettings::partition)},
      {.name = "job-name",
       .value = "NAME",
       .help = "In squeue",
       .default_help = "{job}",
       .type = Of::text(&BatchSettings::name)},
      {.name = "launcher",
       .value = "NAME",
       .help = "srun | mpirun",
       .default_help = "mpirun on one node, srun on several",
       .type = Of::word(&BatchSettings::launcher, {"srun", "mpirun"})},
      {.name = "sbatch",
       .value = "OPTION",
       .help = "A further option for sbatch, such as --sbatch=--constraint=a100; may be repeated",
       .type = Of::list(&BatchSettings::sbatch)},
      {.name = "setup",
       .value = "LINE",
       .help = "A line to be run first, such as 'module load openmpi'; may be repeated",
       .type = Of::list(&BatchSettings::setup)},
  };
}

}  // namespace

OptionTable<Options> batch_options() {
  OptionTable<Options> all;
  for (const Option<BatchSettings>& row : of_the_job()) all.push_back(as_part(&Options::batch, row));
  all.push_back({.name = "dry-run",
                 .help = "Only show the whole script: nothing is written or submitted",
                 .type = OptionTypes<Options>::flag(&Options::dry_run)});
  for (Option<Options>& row : all) {
    row.group = OptionGroup::batch;
    row.commands = {Command::submit};
  }
  return all;
}

}  // namespace sibyl
