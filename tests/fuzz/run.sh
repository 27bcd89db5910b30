#!/usr/bin/env bash
# run.sh [--seconds N] [--keep] [--tap] [--no-build] [TARGET…]: runs fuzz-TARGET (all without a name) for N seconds each (60), two at a
# time, from the seeds in corpus/TARGET; prints a table, and exits 1 with the reproducer's path on a finding.
#   --keep      what covers new code goes into corpus/ (merged: the smallest inputs that do). Otherwise corpus/ is only read
#   --tap       one TAP line a target instead of the table, for ./test.sh
#   --no-build  as they are in build-fuzz/ (POSTRIDER_BUILD_FUZZ: another folder)
# Reproduce a finding: G_DEBUG=fatal-criticals build-fuzz/tests/fuzz/…/fuzz-TARGET PATH
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 70
build=${POSTRIDER_BUILD_FUZZ:-build-fuzz} seconds=60 keeps= tap= builds=yes targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:-} && shift ;;
    --keep) keeps=yes ;;
    --tap) tap=yes ;;
    --no-build) builds= ;;
    -*) sed -n '2,7s/^# //p' "$0" >&2; exit 64 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
case $seconds in '' | 0 | *[!0-9]*) echo "run.sh: --seconds takes a whole number above 0" >&2; exit 64 ;; esac

if [ -n "$builds" ]; then
  [ -f "$build/build.ninja" ] || CC=clang CXX=clang++ meson setup "$build" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; exit 70; }
  ninja -C "$build" fuzzers >"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 70; }
fi
find_target() { find "$build/tests/fuzz" -name "fuzz-$1" -type f -perm -u+x | sort; }
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(find_target '*' | sed 's|.*/fuzz-||' | sort)
  [ ${#targets[@]} -gt 0 ] || { echo "run.sh: no fuzzers in $build/" >&2; exit 70; }
fi

export G_DEBUG=fatal-criticals LC_ALL=C.UTF-8 GIO_USE_VFS=local G_MESSAGES_DEBUG=
export ASAN_OPTIONS=abort_on_error=1:handle_abort=1:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# in memory, where there is room: a whole core writes a store at each run
work=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) findings=$(realpath -m "$build")/findings
trap 'rm -rf "$work"' EXIT
mkdir -p "$findings"

# The folder that is written comes first; corpus/ behind it is only read. A message of 64 KiB says all that there is to say.
run_one() { # target
  local target=$1 program seeds=tests/fuzz/corpus/$1 status
  program=$(find_target "$target")
  mkdir -p "$work/$target/new" "$seeds"
  "$program" -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$findings/$target-" "$work/$target/new" "$seeds" >"$work/$target/log" 2>&1
  status=$?
  [ $status -eq 0 ] && [ -n "$keeps" ] && "$program" -merge=1 -max_len=65536 "$seeds" "$work/$target/new" >"$work/$target/merge" 2>&1
  report "$target" $status
}

report() { # target, status: leaves the line, prints it if it is one for TAP
  local log=$work/$1/log runs speed covered corpus found=-
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
  covered=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
  corpus=$(grep -o 'corp: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
  if [ "$2" -ne 0 ]; then
    found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    [ -n "$found" ] || found=status-$2
    cp "$log" "$findings/$1.log" # whole; here from the finding on, if it is a sanitizer's
    { sed -n '/ERROR: /,$p' "$log" | grep . || cat "$log"; } | grep -vE '^#[0-9]+\s|^INFO' | head -90 >&2
  fi
  echo "$1 ${runs:-0} ${speed:-0} ${covered:-0} ${corpus:-0} $found" >"$work/$1/line"
  [ -z "$tap" ] && return
  [ "$found" = - ] && echo "ok - fuzz/$1 ran ${runs:-0} times" || echo "not ok - fuzz/$1: $found"
}

export -f run_one report find_target
export build seconds keeps tap work findings TMPDIR=$work
for target in "${targets[@]}"; do
  [ -n "$(find_target "$target")" ] || { echo "run.sh: there is no fuzz-$target in $build/" >&2; exit 64; }
done
[ -n "$tap" ] && echo "1..${#targets[@]}"
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'run_one {}'
show() { printf '%-14s %12s %9s %9s %7s  %s\n' "$@"; }
[ -n "$tap" ] || { show target executions exec/s coverage corpus finding; for target in "${targets[@]}"; do show $(cat "$work/$target/line"); done; }
found=$(cat "$work"/*/line | awk '$6 != "-"' | wc -l)
runs=$(cat "$work"/*/line | awk '{ sum += $2 } END { print sum }')
echo "${tap:+# }${#targets[@]} targets, $seconds s each, $runs executions, $found with a finding"
[ "$found" -eq 0 ]
