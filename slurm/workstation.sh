#!/bin/bash
# One machine without Slurm: all its GPUs, or those in CUDA_VISIBLE_DEVICES; without GPUs, its cores. Run it from Sibyl's folder:
# slurm/workstation.sh. Ctrl-C saves all and stops; run it again, and it goes on.
# -- settings ---------------------------------------------------------------------------------------------
job=build/jobs/fashion_mnist
options=(--scheduler hyperband --max-epochs 81 --seed 0)
output=runs/fashion_mnist
cores_per_worker=4                # where there are no GPUs
# -- the rest needs no change -----------------------------------------------------------------------------
set -euo pipefail
unset "${!SLURM_@}"               # also inside an allocation: nothing is requeued, and mpirun stays on this machine
source slurm/common.sh

if [ -n "${CUDA_VISIBLE_DEVICES+set}" ]; then
  IFS=, read -ra gpus <<<"$CUDA_VISIBLE_DEVICES" # numbers, or names (GPU-..., MIG-...)
else
  mapfile -t gpus < <(nvidia-smi -L 2>/dev/null | grep '^GPU' || true) # a line a GPU (and, indented, one a MIG device)
fi
workers=$((${#gpus[@]} * workers_per_gpu))
((workers > 0)) || workers=$((($(nproc) + cores_per_worker - 1) / cores_per_worker))
say "$workers workers on ${#gpus[@]} GPUs and $(nproc) cores"
# In a session of its own, so that Ctrl-C comes to this script alone, which tells the sweep to stop. One rank more decides.
sweep setsid "${in_mpirun[@]}" -n $((workers + 1)) "${search[@]}"
