#!/bin/sh
# test.sh WORK CONTRACT_TS [install]: runs the page's own tests (types, then vitest) in the folder WORK, where the packages are kept between runs. install: only
# fetches them (axe-core, for tests/window, is among them). KINDS_JSON: a program that prints core's table of kinds of account; without it the made-up core is held
# against none. Exit status 77: npm or the packages cannot be had here; Meson says "skipped".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
contract=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
mkdir -p "$1"
work=$(cd "$1" && pwd)
who=test.sh
exec 9>"$work/lock"
flock 9 # two tests may want it at once
trap 'status=$?; if [ $status = 69 ]; then exit 77; fi' EXIT
. "$here/node.sh"

copy=$work/page
mkdir -p "$copy"
for part in src test mock look index.html package.json package-lock.json tsconfig.json tsconfig.build.json vite.config.ts vitest.config.ts; do
  rm -rf "${copy:?}/$part"
  cp -R "$here/$part" "$copy/"
done
cp "$contract" "$copy/src/contract.ts"
mark=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -d' ' -f1)
cd "$copy"
if [ "$(cat "$work/done" 2>/dev/null)" != "$mark" ]; then
  run_npm "$work/npm.log" ci --ignore-scripts || {
    cat "$work/npm.log" >&2
    echo "test.sh: npm could not install the packages" >&2
    exit 69
  }
  echo "$mark" >"$work/done"
fi
if [ "${3:-}" = install ]; then
  exit 0
fi
if [ -n "${KINDS_JSON:-}" ]; then
  "$KINDS_JSON" >"$work/kinds.json"
  export KINDS="$work/kinds.json"
fi
"$npm" run --silent check
"$npm" test --silent
