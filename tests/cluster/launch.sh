#!/usr/bin/env bash
# launch.sh COUNT PROGRAM…: COUNT processes of it on this machine, told of each other as torchrun tells them. Ends when all have ended, with
# the first exit status that is not 0; what ends this ends them.
set -u
count=$1
shift
export WORLD_SIZE=$count LOCAL_WORLD_SIZE=$count MASTER_ADDR=127.0.0.1 MASTER_PORT=${MASTER_PORT:-$((20000 + $$ % 20000))}
children=()
for ((rank = 0; rank < count; rank++)); do
  RANK=$rank LOCAL_RANK=$rank "$@" &
  children+=($!)
done
trap 'kill -TERM "${children[@]}" 2>/dev/null' TERM INT
code=0
for child in "${children[@]}"; do
  while :; do
    wait "$child"
    ended=$?
    kill -0 "$child" 2>/dev/null || break # else a signal to this script ended the waiting
  done
  [ $code = 0 ] && code=$ended
done
exit $code
