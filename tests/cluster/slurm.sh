#!/usr/bin/env bash
# A SLURM of one node for tests, on the loopback interface alone: munged, slurmctld and slurmd of
# Debian's packages. Neither a service manager nor cgroups are needed.
#
#   slurm.sh install        installs slurm-wlm and munge with apt-get
#   slurm.sh start FOLDER   starts all three; state, logs, key and settings lie in FOLDER
#   slurm.sh stop FOLDER    ends what `start` started, by the process ids it wrote down
#
# Needs root. The one file outside FOLDER is the link /etc/slurm/slurm.conf, which `stop` removes
# again: a job's inner srun sees no SLURM_CONF. A machine that has a SLURM of its own is refused.
set -euo pipefail

LINK=/etc/slurm/slurm.conf

refuse() {
  echo "$1" >&2
  exit 1
}

install() {
  export DEBIAN_FRONTEND=noninteractive
  command -v slurmctld >/dev/null && command -v munged >/dev/null && return
  [ "$(id -u)" = 0 ] || refuse "only root can install slurm-wlm and munge"
  command -v apt-get >/dev/null || refuse "there is no apt-get to install slurm-wlm and munge with"
  # No service is to start by itself.
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends slurm-wlm munge; } \
    >/dev/null 2>"${TMPDIR:-/tmp}/slurm-apt.$$" || {
    tail -n 3 "${TMPDIR:-/tmp}/slurm-apt.$$" >&2
    refuse "apt-get cannot install slurm-wlm and munge"
  }
  rm -f "${TMPDIR:-/tmp}/slurm-apt.$$"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start() {
  local here=$1 name cores memory
  [ "$(id -u)" = 0 ] || refuse "only root can start a SLURM"
  if [ -e $LINK ] || [ -L $LINK ]; then
    refuse "$LINK exists: this machine has a SLURM of its own, or that of another test run"
  fi
  name=$(hostname -s)
  # More CPUs than there are, for jobs that wait more than they work.
  cores=$(($(nproc) + 6))
  memory=$(awk '/MemTotal/ {print int($2 / 1024) - 1000}' /proc/meminfo)
  mkdir -p "$here"/{ctld,slurmd,log,munge} /etc/slurm
  chmod 755 "$here" "$here/munge"
  dd if=/dev/urandom of="$here/munge/key" bs=128 count=1 status=none
  chmod 600 "$here/munge/key"
  cat >"$here/slurm.conf" <<CONF
ClusterName=loop
SlurmctldHost=$name(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$here/munge/socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmctldPidFile=$here/slurmctld.pid
SlurmdPidFile=$here/slurmd.pid
StateSaveLocation=$here/ctld
SlurmdSpoolDir=$here/slurmd
SlurmctldLogFile=$here/log/slurmctld.log
SlurmdLogFile=$here/log/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
# Without cgroups the daemon itself ends a job that takes more memory than it asked for.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
MpiDefault=none
ReturnToService=0
SlurmdTimeout=30
SlurmdParameters=config_overrides
KillWait=5
OverTimeLimit=0
SchedulerParameters=sched_interval=2,bf_interval=5,batch_sched_delay=0,sched_min_interval=100000
MinJobAge=600
NodeName=$name NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$name Default=YES MaxTime=INFINITE State=UP
CONF
  ln -s "$here/slurm.conf" $LINK
  munged --force --key-file="$here/munge/key" --socket="$here/munge/socket" \
    --pid-file="$here/munged.pid" --log-file="$here/log/munged.log" \
    --seed-file="$here/munge/seed"
  slurmctld -c
  slurmd -c
  for _ in $(seq 30); do
    sinfo --noheader --format=%t 2>/dev/null | grep -q idle && return
    sleep 1
  done
  tail -n 5 "$here"/log/*.log >&2
  refuse "the node does not come up"
}

stop() {
  local here=$1 part pid
  scancel --user="$(id -un)" 2>/dev/null || true
  for part in slurmd slurmctld munged; do
    pid=$(cat "$here/$part.pid" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
  done
  [ "$(readlink $LINK)" != "$here/slurm.conf" ] || rm -f $LINK
}

case ${1:-} in
  install) install ;;
  start) start "$(realpath -m "$2")" ;;
  stop) stop "$(realpath -m "$2")" ;;
  *) refuse "usage: slurm.sh install | start FOLDER | stop FOLDER" ;;
esac
