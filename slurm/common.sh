# shellcheck shell=bash disable=SC2034,SC2154 # what is set here is used there, and the other way round
# What the scripts of this folder share: to stop in time, to come back, and to know when the sweep is finished. They set job,
# options and output, source this file, and end with `sweep LAUNCHER...`. (`NAME submit` copies it into the script that it writes.)

: "${job:?}" "${output:?}" "${workers_per_gpu:=1}" "${max_requeues:=100}" "${stop_timeout:=90}" "${look_interval:=120}" "${wait_timeout:=300}" "${try_again:=20}"
search=("$job" --output "$output" --resume "${options[@]}") # the first start and all later ones are the same
((workers_per_gpu == 1)) || search+=(--workers-per-gpu "$workers_per_gpu")
in_mpirun=(mpirun --enable-recovery --oversubscribe --bind-to none --map-by node) # ranks 0, 1, ... go round the nodes
# When one has died, the other ranks leave without MPI_Finalize, which must not look like a crash; after SIGTERM they need time.
export OMPI_MCA_orte_allowed_exit_without_sync=1 OMPI_MCA_odls_base_sigkill_timeout=30
# Workers that share a GPU take turns, but under NVIDIA's MPS, where their kernels run side by side. A daemon of ours on each node, which
# the first rank there starts: it ends with Slurm's step, which kills what is left of it, or with this script.
: "${mps:=no}"
case $mps in
  no) ;;
  yes)
    mps_folder=/tmp/sibyl-mps-$(id -u)-${SLURM_JOB_ID:-$$}
    # shellcheck disable=SC2016 # for the ranks' shells
    with_mps='export CUDA_MPS_PIPE_DIRECTORY=$1 CUDA_MPS_LOG_DIRECTORY=$1
      shift
      (umask 077 && mkdir -p "$CUDA_MPS_PIPE_DIRECTORY")
      (
        flock 9
        log=$CUDA_MPS_LOG_DIRECTORY/start.log
        if [ ! -e "$log" ] && ! nvidia-cuda-mps-control -d </dev/null >"$log" 2>&1 9>&-; then
          echo "sibyl: MPS does not start on $(hostname) ($(tail -n 1 "$log")): workers of a GPU take turns" >&2
        fi
      ) 9>"$CUDA_MPS_PIPE_DIRECTORY/lock"
      exec "$@"'
    search=(bash -c "$with_mps" with_mps "$mps_folder" "${search[@]}")
    end_mps() {
      [ ! -e "$mps_folder" ] || echo quit | CUDA_MPS_PIPE_DIRECTORY=$mps_folder timeout 20 nvidia-cuda-mps-control >/dev/null 2>&1 || true
      rm -rf "$mps_folder"
    }
    trap end_mps EXIT
    ;;
  *) echo "sibyl: mps is yes or no, not '$mps'" >&2 && exit 64 ;;
esac
# GPUs that came with --gres or --exclusive are shown to a job's steps only if they ask; srun, and mpirun's own srun, ask with this.
if [ -n "${SLURM_GPUS_ON_NODE:-}" ]; then export SLURM_GPUS_PER_NODE="${SLURM_GPUS_PER_NODE:-$SLURM_GPUS_ON_NODE}"; fi
# Newer Slurms say themselves when the job ends; Sibyl warns if an epoch takes longer than that.
if [ -n "${SLURM_JOB_ID:-}" ] && [ -z "${SLURM_JOB_END_TIME:-}" ]; then
  SLURM_JOB_END_TIME=$(date -d "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%e)" +%s 2>/dev/null) || SLURM_JOB_END_TIME=0
  export SLURM_JOB_END_TIME
fi

launcher='' stopped_at='' for_good=''
trap stop USR1 TERM          # the time limit comes, or a preemption: stop, and come back
trap 'for_good=yes; stop' INT HUP # Ctrl-C, or scancel --signal=INT --batch JOB: stop

say() { echo "$(date '+%F %T') sibyl: $*" >&2; }
give_up() { say "$*" && exit 1; }

stop() {
  : "${stopped_at:=$SECONDS}"
  # USR1, whatever came: mpirun and srun pass it on to all ranks, and nothing else is made of it.
  [ -z "$launcher" ] || kill -USR1 "$launcher" 2>/dev/null || true
}

# Said here once rather than by all ranks; and mpirun --enable-recovery would wait for ever for those that can't be started.
"$job" --version >/dev/null || give_up "$job does not run on $(hostname): is it built, and are its modules loaded?"

# How many ranks train on a node: workers_per_gpu on each GPU that Slurm gave us there; without GPUs, the setting workers_per_node.
workers_on_a_node() {
  if [ -n "${SLURM_GPUS_ON_NODE:-}" ]; then echo $((SLURM_GPUS_ON_NODE * workers_per_gpu)); else echo "$workers_per_node"; fi
}

# Grows with everything that a start of the sweep trains.
journal_size() { stat --format=%s "$output/journal.bin" 2>/dev/null || echo 0; }

# How the sweep stands is in its directory. A launcher's exit code says nothing: mpirun --enable-recovery always returns 0.
is_finished() { "$job" status "$output" >/dev/null 2>&1; }
# Asked when this script's own launcher has ended: does another process hold the sweep's lock?
is_in_use() { [[ $("$job" status --json "$output" 2>/dev/null) == *'"state": "running"'* ]]; }

# Runs the launcher to its end. Not for ever: mpirun --enable-recovery misses a rank that died on another node even when all
# others have ended; then it is killed a while after the sweep has finished, or after it was told to stop.
run() {
  local next_look=$((SECONDS + look_interval)) finished=''
  "$@" &
  launcher=$!
  [ -z "$stopped_at" ] || stop # it came before there was somebody to tell
  while kill -0 "$launcher" 2>/dev/null; do
    sleep 5 >/dev/null 2>&1 &
    wait -n "$launcher" $! || true # also ends when a signal comes
    if [ "${finished:-no}" = twice ] || ((${stopped_at:+SECONDS - stopped_at} + 0 > stop_timeout)); then
      say "the sweep has ended, $1 has not: killing it"
      kill -TERM "$launcher" || true
      sleep 3
      kill -KILL "$launcher" 2>/dev/null || true
    elif ((SECONDS >= next_look)) && is_finished; then
      finished=${finished:+twice} next_look=$((SECONDS + look_interval))
      : "${finished:=once}"
    fi
  done
  launcher=''
}

sweep() {
  local before began=$SECONDS standing=0 in_use='' starts_left=2
  while true; do
    before=$(journal_size)
    run "$@"
    [ -z "$stopped_at" ] || break
    # An earlier life of this job may still run, on a node that Slurm thought dead. It does no harm: it has a lock.
    in_use=''
    if is_in_use; then
      in_use=yes
      ((SECONDS - began < wait_timeout)) || break
      say "another process has the sweep; trying again in $try_again s"
    elif (($(journal_size) > before)) || ((starts_left == 0)) || is_finished; then
      break
    else
      # By chance, the more often the busier the nodes, Open MPI's ranks crash in MPI_Init under srun: one is through, and what it sends
      # reaches another that can't yet receive. Nothing was lost; a start that fails for a reason fails again.
      say "that start trained nothing; once more, since the start of MPI can fail by chance"
      starts_left=$((starts_left - 1)) # not ((...)), whose 0 would end the script
    fi
    sleep "$try_again" &
    wait $! || true
  done
  "$job" status "$output" || standing=$?
  ((standing != 0)) || { say "the sweep is finished" && exit 0; }
  ((standing == 75)) || give_up "not resumed: this needs you; mend what is said above, and submit again"
  if [ -n "$in_use" ]; then
    ((${SLURM_RESTART_COUNT:-0} > 0)) || give_up "not resumed: another job has this sweep"
  elif [ -z "$stopped_at" ] && (($(journal_size) <= before)); then
    give_up "not resumed: this start trained nothing, so the next would not either; the reason is said above"
  fi
  [ -n "${SLURM_JOB_ID:-}" ] && [ -z "$for_good" ] && come_back
  say "stopped; the same command goes on"
  exit 75
}

come_back() {
  local me=$SLURM_JOB_ID lives=$((${SIBYL_LIVES:-0} + ${SLURM_RESTART_COUNT:-0})) now array=() name
  if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then # the bare number of an array's last task means all of them
    me=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
    array=(--array="$SLURM_ARRAY_TASK_ID")
  fi
  ((lives < max_requeues)) || give_up "not resumed: it was $lives times (max_requeues)"
  # A job that is being cancelled or requeued is left alone; so is a later life of this one, if this is the orphan.
  now=$(scontrol show job --oneliner "$me" || true)
  [[ $now == *" JobState=RUNNING "* && $now == *" Restarts=${SLURM_RESTART_COUNT:-0} "* ]] || return 0
  say "requeueing job $me, for life $((lives + 2))" # Slurm ends this script next
  if scontrol requeue "$me"; then exit 75; fi
  say "this job must not be requeued: submitting a successor"
  for name in "${!SLURM_@}"; do # would be taken for the successor's
    [ "$name" = SLURM_CONF ] || unset "$name"
  done
  SIBYL_LIVES=$((lives + 1)) sbatch --dependency="afterany:$me" "${array[@]}" "$0" || give_up "no successor either: submit it again"
  exit 75
}
