#!/bin/sh
# static.sh cppcheck|analyzer|tidy|all [BUILD_DIR]: reads the code without running it; any finding fails.
#   cppcheck  seconds; also a test of the suite "static". What it may not report, with the reason: checks/cppcheck.txt
#   analyzer  gcc -fanalyzer over src, C alone; a minute or two, always from scratch in build/analyzer
#   tidy      clang-tidy with .clang-tidy, minutes; by hand, before a release. BUILD_DIR (default: build/tidy) is made if it is
#             not there; it must be one of clang
# A finding that is none is explained where it stands: NOLINTNEXTLINE(check), cppcheck-suppress check, or an assertion; and why.
set -eu
what=${1:-all} build=${2:-build/tidy}
cd "$(dirname "$0")/.."

# Each version finds something else: what is explained in checks/cppcheck.txt and in the sources is what Debian 12's says.
CPPCHECK=2.10

check_cppcheck() {
  local version
  version=$(cppcheck --version)
  if [ "$version" != "Cppcheck $CPPCHECK" ]; then
    echo "$version is not $CPPCHECK, whose findings are explained"
    return 77
  fi
  find src tests contract -name '*.c' | sort | cppcheck -q --file-list=- --enable=warning,performance,portability --inline-suppr --std=c11 -j2 \
    --library=gtk --library=checks/cppcheck.cfg --suppressions-list=checks/cppcheck.txt --error-exitcode=1
}

# A file that was compiled before says nothing again: hence from scratch. Not C++: gcc's analyzer does not know it.
check_analyzer() {
  rm -rf build/analyzer
  CC=gcc CXX=g++ meson setup build/analyzer --buildtype=debug -Dc_args=-fanalyzer >/dev/null
  ninja -C build/analyzer >build/analyzer.log 2>&1 || { tail -40 build/analyzer.log; return 1; }
  ! sed "s/\x1b\[[0-9;]*[mK]//g" build/analyzer.log | grep -E "^\.\./\.\./(src|contract)/.*\[-Wanalyzer"
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
  analyzer) check_analyzer ;;
  tidy) check_tidy ;;
  all) check_cppcheck && check_analyzer && check_tidy ;;
  *) sed -n '2,7s/^# //p' "$0" >&2; exit 64 ;;
esac
