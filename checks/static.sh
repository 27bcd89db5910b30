#!/bin/sh
# static.sh cppcheck|tidy|all [BUILD_DIR]: reads the code without running it; any finding fails.
#   cppcheck  seconds; also a test of the suite "static". What it may not report, with the reason: checks/cppcheck.txt
#   tidy      clang-tidy with .clang-tidy, minutes; by hand, before a release. BUILD_DIR (default: build/tidy) is made if it is
#             not there; it must be one of clang
# A finding that is none is explained where it stands: NOLINTNEXTLINE(check) or cppcheck-suppress check, and why.
set -eu
what=${1:-all} build=${2:-build/tidy}
cd "$(dirname "$0")/.."

check_cppcheck() {
  find src tests contract -name '*.c' | sort | cppcheck -q --file-list=- --enable=warning,performance,portability --inline-suppr --std=c11 -j2 \
    --library=gtk --library=checks/cppcheck.cfg --suppressions-list=checks/cppcheck.txt --error-exitcode=1
}

check_tidy() {
  [ -f "$build/build.ninja" ] || CC=clang CXX=clang++ meson setup "$build" -Dtests=true -Dfuzz=true -Dkill-points=true -Db_lundef=false >/dev/null
  # it reads headers that only the build makes
  ninja -C "$build" -t targets all | sed -n 's/^\(.*\.h\): CUSTOM_COMMAND.*/\1/p' | xargs ninja -C "$build" >/dev/null
  run-clang-tidy -quiet -j2 -p "$build" "^$PWD/(src|tests|contract)/.*\.c$" >"$build/tidy.txt" 2>"$build/tidy.log" || { # it colours what it writes
    sed "s/\x1b\[[0-9;]*m//g" "$build/tidy.txt" | grep -E "(warning|error): " || cat "$build/tidy.log"
    return 1
  }
}

case $what in
  cppcheck) check_cppcheck ;;
  tidy) check_tidy ;;
  all) check_cppcheck && check_tidy ;;
  *) sed -n '2,6s/^# //p' "$0" >&2; exit 64 ;;
esac
