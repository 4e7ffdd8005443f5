#!/bin/sh
# The container "prepare", once at every start: gives each part what is its own, under its own account, in a volume
# that no other part has, and lets it have the volume where it keeps its state. /house is data/compose/parts.
set -eu
umask 027

give() { # part, uid:gid
  to=/volumes/$1/given
  mkdir -p "$to"
  chown 10000:"${2#*:}" "$to"
  # The rooms' ids come from the container "provision", and belong to the part's group as well.
  chmod 2750 "$to"
  for file in /house/"$1"/*; do
    install -o "${2%:*}" -g "${2#*:}" -m 0440 "$file" "$to/"
  done
}

keep() { # part, uid:gid
  mkdir -p "/volumes/$1/state"
  chown "$2" "/volumes/$1/state"
  chmod 0700 "/volumes/$1/state"
}

give synapse 991:991
keep synapse 991:991
give postgres 999:999
give redis 999:999
keep redis 999:999
give swarm 10001:10001
give provision 10000:10000
keep provision 10000:10000
give desk 10003:10003
keep desk 10003:10003
give executor 10002:10002
keep executor 10002:10002
if [ -d /volumes/executor-2 ]; then
  keep executor-2 10002:10002
fi
if [ -d /volumes/grafana ]; then
  give grafana 472:472
fi
