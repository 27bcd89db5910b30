#!/bin/sh
# threads.sh [BUILD_DIR]: core's and its workers' unit tests under ThreadSanitizer (clang); any report fails. Minutes, by hand before a release.
# BUILD_DIR (default: build/threads) is made if it is not there. What GLib orders between threads is told by tests/helpers/threads/edges.c.
# Not tried here, for they refuse the runtime's own memory map or its threads by their lock: shared/lock/lock, confined/dial/dial, core/intake/lie/lies.
set -eu
build=${1:-build/threads}
cd "$(dirname "$0")/.."
[ -f "$build/build.ninja" ] || CC=clang CXX=clang++ meson setup "$build" -Dtests=true -Db_sanitize=thread -Db_lundef=false >/dev/null
ninja -C "$build" >"$build.log" 2>&1 || { tail -40 "$build.log"; exit 1; }
build=$(cd "$build" && pwd)
gcc -shared -fPIC -O1 -g -D_GNU_SOURCE tests/helpers/threads/edges.c -o "$build/edges.so" $(pkg-config --cflags --libs glib-2.0) -ldl -Wl,--unresolved-symbols=ignore-all
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
cd "$build"
status=0
for test in $(meson introspect --tests | python3 -c '
import json, sys
left_out = {"shared/lock/lock", "confined/dial/dial", "core/intake/lie/lies"}
for test in json.load(sys.stdin):
    if "postrider:unit" in test["suite"] and test["name"].split(":")[-1].strip() not in left_out and test["cmd"][0].rpartition("/")[2].startswith("test-"):
        print("\t".join(test["cmd"]) + "\t" + " ".join(f"{k}={v}" for k, v in test["env"].items()))' | tr ' ' '\001' | tr '\t' '\002'); do
  words=$(printf %s "$test" | tr '\002' '\n' | tr '\001' ' ')
  command=$(printf %s "$words" | sed '$d' | tr '\n' ' ')
  env $(printf %s "$words" | tail -1) LD_PRELOAD="$build/edges.so" TSAN_OPTIONS="ignore_noninstrumented_modules=1 log_path=$reports/r" \
    timeout 900 $command >"$reports/out" 2>&1 || { echo "failed: $command"; tail -3 "$reports/out"; status=1; }
done
sed -n 's/^SUMMARY: ThreadSanitizer: //p' "$reports"/r.* 2>/dev/null | sort | uniq -c | grep . && { cp "$reports"/r.* "$build"; exit 1; }
exit $status
