#!/usr/bin/env bash
# Measures Postrider against its peers and writes bench/RESULTS.md.
#   bench/run.sh [--build DIR] [--quick] [--long] [--place DIR] [NAME…]
# Installs what it needs, builds for release in build-bench/ (or takes --build), prepares the peers, plays the benchmarks named (all).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

build=
rest=()
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$(cd "$2" && pwd); shift 2 ;;
    --build=*) build=$(cd "${1#*=}" && pwd); shift ;;
    *) rest+=("$1"); shift ;;
  esac
done

. "$root/data/packages/install.sh"
install_packages "$root/data/packages/build.list"
install_packages "$root/bench/packages.list"
if [ -z "$build" ]; then
  build=$root/build-bench
  [ -f "$build/build.ninja" ] || meson setup "$build" "$root" --buildtype=release >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
  ninja -C "$build" >"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 1; }
  rm -f "$build.log"
fi
ninja -C "$build" bench/bench-delay bench/bench-compose bench/libbench-clock.so >/dev/null
"$root/tests/journey/servers/node.sh" "$build/peers" "$root/bench/peers"
(cd "$root/bench/peers" && HOME=${HOME:-/root} go build -o "$build/peers/netsmtp" netsmtp.go)
exec env PATH="$PATH:/usr/sbin" python3 "$root/bench/run.py" --build "$build" --node "$build/peers" --netsmtp "$build/peers/netsmtp" ${rest[@]+"${rest[@]}"}
