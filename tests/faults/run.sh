#!/usr/bin/env bash
# The kill proof, long form: 300 times `kill -9` of each process and of all at once, at random moments and at named points.
#   tests/faults/run.sh [--kills N] [--seed S] [--build DIR] [more for kills.py]
# Without --build it builds, as a release is built but with kill points, in build-faults/.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

build=
rest=()
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$2; shift 2 ;;
    --build=*) build=${1#*=}; shift ;;
    *) rest+=("$1"); shift ;;
  esac
done

if [ -z "$build" ]; then
  build=$root/build-faults
  [ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release -Dkill-points=true >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
  ninja -C "$build" >"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 1; }
  rm -f "$build.log"
fi
exec python3 "$root/tests/faults/kills.py" --program "$build/src/cli/postrider" "${rest[@]}"
