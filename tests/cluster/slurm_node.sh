#!/usr/bin/env bash
# A Slurm cluster of one node, this machine, to try srun on: needs Debian's slurm-wlm and munge, and root.
#   tests/cluster/slurm_node.sh start FOLDER      then: SLURM_CONF=FOLDER/slurm.conf srun …
#   tests/cluster/slurm_node.sh stop FOLDER
set -euo pipefail
action=${1:?start or stop}
mkdir -p "${2:?a folder for its state}"
folder=$(cd "$2" && pwd)
end() {
  for name in slurmd slurmctld munged; do
    [ -e "$folder/$name.pid" ] && kill "$(cat "$folder/$name.pid")" 2>/dev/null || true
  done
}
if [ "$action" = stop ]; then
  end
  exit 0
fi
mkdir -p "$folder/state" "$folder/spool"
# Slurm trusts whoever has munge's key; the daemon of the system is used where it runs.
if ! munge -n >/dev/null 2>&1; then
  mkdir -p /run/munge
  chown munge: /run/munge
  runuser -u munge -- munged
  cp /run/munge/munged.pid "$folder/munged.pid"
fi
cat > "$folder/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$(hostname)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
JobRequeue=1
$(slurmd -C | head -1) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf
slurmctld -c -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 30); do
  sinfo -h -o %T | grep -qx idle && exit 0
  sleep 1
done
end
echo "slurm_node.sh: the node did not come up within 30 s: see $folder/*.log" >&2
exit 1
