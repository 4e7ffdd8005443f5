#!/bin/sh
# An internet of the test's own: a network of which nothing leads out, where public addresses lead to this machine and
# names are asked of it. Wants all rights over a network and mounts of its own (`internet.ts`). Then the command.
# PROJECT, unless it is empty, stands in FOLDER/project too, where every account that may enter FOLDER can read it.
# enter.sh FOLDER PROJECT COMMAND...
set -eu
folder=$1
project=$2
shift 2
ip link set lo up
# Routes and no addresses: no device shows them, so they are nobody's own, as far as programs can tell.
for net in 93.184.216.0/24 10.20.30.0/24; do ip route add local "$net" dev lo; done
# The ports of the web are an ordinary account's here.
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
printf 'nameserver 127.0.0.1\noptions timeout:2 attempts:1\n' >"$folder/resolv.conf"
printf 'hosts: files dns\n' >"$folder/nsswitch.conf"
mount --bind "$folder/resolv.conf" "$(readlink -f /etc/resolv.conf)"
mount --bind "$folder/nsswitch.conf" "$(readlink -f /etc/nsswitch.conf)"
if [ -n "$project" ]; then
  mkdir -m 755 "$folder/project"
  mount --bind "$project" "$folder/project"
  mount -o remount,bind,ro "$folder/project"
  cd "$folder/project"
fi
exec "$@"
