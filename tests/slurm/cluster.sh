#!/usr/bin/env bash
# Brings up a Slurm on this machine, runs a command in it, and takes it down with everything that ran in it:
#
#     sudo tests/slurm/cluster.sh bash
#
# Nodes n1 and n2 with 8 cores and 2 GPUs (false ones), and c1 without GPUs. Each has a slurmd and a host name of its own. All of it lives
# in namespaces of processes, mounts and host names, with its own configuration, key and sockets: a real Slurm on this machine, or a second
# one of these, is not in its way, and nothing is left. "cluster.sh node n2", in there, starts n2 again after its slurmd was killed.
set -euo pipefail

problem() { echo "cluster.sh: $*" >&2; exit 77; }  # the exit code that says: not here

if [ "${1:-}" = node ]; then  # own host names, or Open MPI would take all nodes for one and share memory among them
  # shellcheck disable=SC2016 # that shell is to put in its own
  exec unshare --uts sh -c 'hostname "$1"; exec slurmd -D -N "$1" -f "$SLURM_CONF"' node "$2" >>"$SIBYL_CLUSTER/$2.out" 2>&1
fi

if [ -z "${SIBYL_CLUSTER:-}" ]; then
  [ "$(id -u)" = 0 ] || problem "only root can bring up a Slurm"
  for program in slurmctld slurmd sbatch munged unshare; do
    command -v $program >/dev/null || problem "there is no $program (Debian: slurmctld slurmd slurm-client munge)"
  done
  namespaces=(--pid --fork --kill-child --mount --uts --mount-proc)
  unshare "${namespaces[@]}" true 2>/dev/null || problem "this machine lets nobody make namespaces (in Docker: --privileged)"
  SIBYL_CLUSTER=$(mktemp -d /tmp/sibyl_slurm_XXXX) # short, for sockets
  export SIBYL_CLUSTER SIBYL_CLUSTER_PORT=$((20000 + $$ % 2500 * 4)) # four: not those of a second cluster
  trap 'rm -rf "$SIBYL_CLUSTER"' EXIT
  trap : INT TERM # told to the command by the terminal; here we wait for its end
  code=0
  unshare "${namespaces[@]}" "$0" "$@" || code=$?
  exit $code
fi

d=$SIBYL_CLUSTER
chmod 755 "$d"
mkdir -p "$d"/{state,dev,tmp,munge} && chmod 1777 "$d/tmp"
mount -t tmpfs none /dev/shm # what killed MPI jobs leave there goes with it
printf '127.0.0.1 %s\n' localhost "$(hostname)" n1 n2 c1 >"$d/hosts"
mount --bind "$d/hosts" /etc/hosts
for gpu in 0 1; do mknod -m 666 "$d/dev/nvidia$gpu" c 1 3; done # as /dev/null

# Sibyl's nodes share an address, and have no other network.
export OMPI_MCA_btl_tcp_if_include=lo
export SLURM_CONF=$d/slurm.conf TMPDIR=$d/tmp
port=$SIBYL_CLUSTER_PORT
cat >"$SLURM_CONF" <<E
ClusterName=sibyl
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$d/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$d/state
SlurmdSpoolDir=$d/spool.%n
TmpFS=$d/tmp.%n
SlurmctldPidFile=$d/slurmctld.pid
SlurmdPidFile=$d/slurmd.%n.pid
SlurmctldLogFile=$d/slurmctld.log
SlurmdLogFile=$d/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
MpiDefault=pmix
JobRequeue=1
ReturnToService=2
SlurmdTimeout=2
MessageTimeout=2
KillWait=3
GresTypes=gpu
NodeName=n1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=8 RealMemory=4000 Gres=gpu:2
NodeName=n2 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=8 RealMemory=4000 Gres=gpu:2
NodeName=c1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 3)) CPUs=8 RealMemory=4000
PartitionName=gpu Nodes=n[1-2] Default=YES State=UP
PartitionName=cpu Nodes=c1 State=UP
E
echo "NodeName=n[1-2] Name=gpu File=$d/dev/nvidia[0-1]" >"$d/gres.conf"

(umask 077 && dd if=/dev/urandom of="$d/munge/key" bs=128 count=1 status=none)
munged --foreground --force --socket="$d/munge/socket" --key-file="$d/munge/key" --pid-file="$d/munge/pid" --log-file="$d/munge/log" \
  --seed-file="$d/munge/seed" 2>"$d/munge/out" &
for _ in $(seq 600); do [ -S "$d/munge/socket" ] && break; sleep 0.1; done
slurmctld -D -c -f "$SLURM_CONF" >"$d/slurmctld.out" 2>&1 &
for node in n1 n2 c1; do
  mkdir -p "$d/spool.$node" "$d/tmp.$node"
  "$0" node $node &
  disown # it may be killed, which is nobody's news
done
for _ in $(seq 600); do
  [ "$(timeout 5 sinfo -hNo %T 2>/dev/null | grep -cx idle)" = 3 ] && break
  sleep 0.2
done
[ "$(sinfo -hNo %T | grep -cx idle)" = 3 ] || { tail -n 5 "$d"/*.log "$d"/*.out "$d"/munge/log >&2; echo "the nodes don't come up" >&2; exit 1; }
code=0
"$@" || code=$?
exit $code
