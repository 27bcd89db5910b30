#!/usr/bin/env bash
# The fault proofs, long form: `kill -9` of each process and of all at once, at random moments and at named points (300 times, or --kills N);
# so many power cuts; disks that go and come; each n-th call that fails, of one kind or of all.
#   tests/faults/run.sh [--kills N] [--seed S] [--build DIR] [more for kills.py]
#   tests/faults/run.sh --cuts N [--seed S] [--build DIR] [more for cuts.py]
#   tests/faults/run.sh --remounts N [--seed S] [--build DIR] [ext4 xfs btrfs]   (as root: it mounts disks of its own)
#   tests/faults/run.sh --fail-nth [KIND] [--seed S] [--build DIR] [more for fail.py]
# Without --build it builds, as a release is built but with kill points, in build-faults/.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

build=
proof=kills
rest=()
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$2; shift 2 ;;
    --build=*) build=${1#*=}; shift ;;
    --cuts) proof=cuts; rest+=(--cuts "$2"); shift 2 ;;
    --remounts) proof=remount; rest+=(--rounds "$2"); shift 2 ;;
    --fail-nth)
      proof=fail; shift
      if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then rest+=(--kind "$1"); shift; fi ;;
    *) rest+=("$1"); shift ;;
  esac
done

if [ -z "$build" ]; then
  build=$root/build-faults
  [ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release -Dkill-points=true -Dtests=true >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
  ninja -C "$build" >"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 1; }
  rm -f "$build.log"
fi
[ "$proof" = kills ] || [ "$proof" = remount ] || rest+=(--shim "$build/tests/faults/shim")
exec python3 "$root/tests/faults/$proof.py" --program "$build/src/cli/postrider" "${rest[@]}"
