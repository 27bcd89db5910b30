#!/bin/sh
# run-as.sh root|user WITHOUT LIST PROGRAM ARGS…: runs a boundary test as root or as an ordinary user without a name,
# and as if the kernel lacked what LIST says ("", "namespaces", "landlock", "namespaces landlock").
set -eu
who=$1 without=$2 lacking=$3 program=$4
shift 4
if [ "$who" = root ] && [ "$(id -u)" != 0 ]; then
  echo "1..0 # SKIP needs root"
  exit 0
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp "$program" "$without" "$place" # the build folder may be closed to others
chmod -R a+rX "$place"
set -- "$place/$(basename "$program")" "$@"
[ -z "$lacking" ] || set -- "$place/$(basename "$without")" $lacking -- "$@"
if [ "$who" = user ] && [ "$(id -u)" = 0 ]; then
  set -- setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"
fi
cd /
TMPDIR=/tmp "$@"
