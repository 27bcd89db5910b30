#!/bin/sh
# run-as.sh root|user PROGRAM ARGS…: runs a boundary test as root or as an ordinary user without a name.
set -eu
who=$1 program=$2
shift 2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp "$program" "$place" # the build folder may be closed to others
chmod -R a+rX "$place"
set -- "$place/$(basename "$program")" "$@"
if [ "$who" = user ] && [ "$(id -u)" = 0 ]; then
  set -- setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"
fi
cd /
TMPDIR=/tmp "$@"
