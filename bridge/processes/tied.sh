#!/bin/sh
# Runs a program that ends together with whoever started it: tied.sh <seconds of grace> <program> [argument ...]
# Standard input is a pipe into which nobody writes. When its other end is gone, by will or because that process was
# killed, everything in this process group is asked to end, and ended after the grace. So it works through sudo too.
grace=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
(
  trap '' TERM INT HUP
  read -r _ <&3
  kill -TERM 0
  sleep "$grace"
  kill -KILL 0
) >/dev/null 2>&1 &
watch=$!
ended=
trap 'ended=yes' TERM INT HUP
while :; do
  wait "$program"
  status=$?
  kill -0 "$program" 2>/dev/null || break
done
# What the program itself has started may not have heard.
[ -z "$ended" ] || kill -KILL 0
kill -KILL "$watch" 2>/dev/null
exit "$status"
