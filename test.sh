#!/usr/bin/env bash
# Installs what the tests need, builds with sanitizers and for release, runs everything but the long campaigns.
# Closes with one line: N passed, N failed (, N skipped).
set -uo pipefail
cd "$(dirname "$0")"

. data/packages/install.sh
install_packages data/packages/build.list || exit 1
install_packages data/packages/test.list || exit 1

setup() { # folder, options…
  local folder=$1
  shift
  [ -f "$folder/build.ninja" ] && return 0
  meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log"; return 1; }
}

echo "== building the page"
page/build.sh page/dist "" build-node || exit 1

echo "== building with sanitizers"
setup build-sanitized -Dtests=true -Dwerror=true -Dkill-points=true -Dkill-default=true -Db_sanitize=address,undefined || exit 1
ninja -C build-sanitized >build-sanitized.log 2>&1 || { tail -60 build-sanitized.log; exit 1; }
echo "== building for release"
setup build-release --buildtype=release -Dtests=true -Dwerror=true || exit 1
ninja -C build-release >build-release.log 2>&1 || { tail -60 build-release.log; exit 1; }

echo "== building with clang, fuzzers too; warnings are errors there as well"
CC=clang CXX=clang++ setup build-fuzz -Dtests=true -Dfuzz=true -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false || exit 1
ninja -C build-fuzz >build-fuzz.log 2>&1 || { tail -60 build-fuzz.log; exit 1; }

export G_DEBUG=fatal-criticals
echo "== unit tests and journeys (sanitized)"
meson test -C build-sanitized --no-rebuild --print-errorlogs --suite unit --suite journey --suite faults --suite static --num-processes 2
echo "== locks, lying peers, hardening; the window: its way, attacks, the bridge, its processes (release)"
meson test -C build-release --no-rebuild --print-errorlogs --suite boundary --suite window --num-processes 2

echo "== fuzzers, five seconds each"
meson test -C build-fuzz --no-rebuild --print-errorlogs --suite fuzz

python3 tests/count.py build-sanitized build-release build-fuzz
