#!/usr/bin/env bash
# Installs what the tests need, builds with sanitizers and for release, runs everything but the long campaigns (tests/long.sh).
# Closes with one line, whatever ends it: N passed, N failed (, N skipped). Above it: minutes, the slowest tests, each skip with its reason.
set -uo pipefail
cd "$(dirname "$0")"

. data/packages/install.sh
tested=() stopped=()

finish() {
  trap - EXIT
  python3 tests/count.py --minutes $((SECONDS / 60)) "${stopped[@]/#/--stopped=}" "${tested[@]}" ||
    { command -v python3 >/dev/null || echo "0 passed, 1 failed"; exit 1; }
}
trap finish EXIT
trap 'stopped+=("stopped by a signal"); exit 1' INT TERM HUP

say() { echo "== $* (minute $((SECONDS / 60)))"; }
stop() { # WHAT: a build that stops; what does not need it goes on
  stopped+=("$1 stopped, so that nothing of it was tried")
  return 1
}

build() { # FOLDER, options for meson…
  local folder=$1
  shift
  [ -f "$folder/build.ninja" ] || meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log"; stop "meson setup $folder"; return; }
  ninja -C "$folder" all meson-test-prereq >"$folder.log" 2>&1 || { tail -60 "$folder.log"; stop "building $folder"; }
}

try() { # FOLDER, words for meson test…: a limit is there to end what hangs, and no busy machine may come near it
  tested+=("$1")
  meson test -C "$1" --no-rebuild --print-errorlogs --timeout-multiplier 4 "${@:2}"
}

for list in build test; do
  install_packages "data/packages/$list.list" || { stop "installing data/packages/$list.list"; exit 1; }
done
say "what this machine can"
python3 tests/can.py
say "building the page"
page/build.sh page/dist "" build-node || { stop "building the page"; exit 1; }

export G_DEBUG=fatal-criticals
export G_SLICE=always-malloc # GLib before 2.76 keeps slices, and the sanitizer sees no leak of one
say "building with sanitizers"
build build-sanitized -Dtests=true -Dwerror=true -Dkill-points=true -Dkill-default=true -Db_sanitize=address,undefined && {
  say "unit tests and journeys (sanitized)"
  try build-sanitized --suite unit --suite journey --suite faults --suite static --num-processes 2
}
say "building for release"
build build-release --buildtype=release -Dtests=true -Dwerror=true && {
  say "locks, lying peers, hardening; the window: its way, attacks, the bridge, its processes (release)"
  try build-release --suite boundary --suite window --num-processes 2
}
say "building with clang, fuzzers too; warnings are errors there as well"
CC=clang CXX=clang++ build build-fuzz -Dtests=true -Dfuzz=true -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false && {
  say "fuzzers, five seconds each"
  try build-fuzz --suite fuzz
}
