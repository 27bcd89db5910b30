#!/bin/sh
# test-hardening.sh full|plain PROGRAM…: what the compiler and the linker were asked for is in each program. "plain": built without
# optimisation or with sanitizers, so there is nothing fortified.
set -u
kind=$1
shift
export LC_ALL=C
n=0 failed=0

check() { # name, status
  n=$((n + 1))
  if [ "$2" = 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; failed=1; fi
}
has() { grep -qE "$1"; }
lacks() { ! grep -qE "$1"; }

for program; do
  name=$(basename "$program")
  readelf -h "$program" | has 'Type: *DYN'
  check "$name: may lie anywhere in memory (PIE)" $?
  readelf -d "$program" | has 'FLAGS_1.*PIE'
  check "$name: is marked as PIE" $?
  readelf -lW "$program" | has 'GNU_RELRO'
  check "$name: its tables become read-only (RELRO)" $?
  readelf -d "$program" | has 'BIND_NOW|FLAGS_1.*NOW'
  check "$name: all of them, at once (BIND_NOW)" $?
  readelf -lW "$program" | has 'GNU_STACK.* RW +0x'
  check "$name: its stack is not executable" $?
  readelf -lW "$program" | lacks 'LOAD.* (RWE|WE) '
  check "$name: nothing is writable and executable" $?
  readelf -d "$program" | lacks 'TEXTREL'
  check "$name: its code is not rewritten (no TEXTREL)" $?
  readelf -d "$program" | lacks 'RPATH'
  check "$name: looks for libraries in the system only (no RPATH)" $?
  readelf -lW "$program" | has 'LOAD.* R +0x'
  check "$name: data apart from code (separate-code)" $?
  readelf -sW --dyn-syms "$program" | has '__stack_chk_fail'
  check "$name: guards its stack frames" $?
  if [ "$kind" = full ]; then
    readelf -sW --dyn-syms "$program" | has '_chk(@|$)'
    check "$name: its copies are bounded (FORTIFY_SOURCE)" $?
  else
    n=$((n + 1)); echo "ok $n - $name: its copies are bounded # SKIP not in this build"
  fi
  if [ "$(uname -m)" = x86_64 ]; then
    readelf -n "$program" | has 'IBT.*SHSTK'
    check "$name: control flow is marked (CET)" $?
  else
    n=$((n + 1)); echo "ok $n - $name: control flow is marked # SKIP x86-64 only"
  fi
done
echo "1..$n"
exit $failed
