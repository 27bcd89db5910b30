#!/bin/sh
# build.sh [OUT [CONTRACT_TS [WORK]]]: makes the page into the folder OUT (page/dist): index.html, scripts, one style sheet; the same names each time.
# Does nothing where OUT is newer than all that it is made of.
#   CONTRACT_TS: the types that the build made (contract/checks.py); else they are made here.
#   WORK: where packages are kept between builds; else a folder of its own that goes away.
# Needs npm (packages nodejs npm) and, the first time, the network: packages are pinned by package-lock.json.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:-$here/dist}"
out=$(cd "${1:-$here/dist}" && pwd)
contract=${2:+$(cd "$(dirname "$2")" && pwd)/$(basename "$2")}
if [ -f "$out/index.html" ] && [ -z "$(find "$here" "$here/../contract" -path "$here/node_modules" -prune -o -path "$out" -prune -o -type f -newer "$out/index.html" -print -quit)" ]; then
  exit 0 # nothing is newer
fi
if [ -n "${3:-}" ]; then
  mkdir -p "$3"
  work=$(cd "$3" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
who=build.sh
. "$here/node.sh"
export NODE_ENV=production

# The sources are built in a copy: the tree is left as it is, and Node finds the packages beside them.
copy=$work/page
mkdir -p "$copy"
for part in src index.html package.json package-lock.json tsconfig.json tsconfig.build.json vite.config.ts; do
  rm -rf "${copy:?}/$part"
  cp -R "$here/$part" "$copy/"
done
if [ -n "$contract" ]; then
  cp "$contract" "$copy/src/contract.ts"
else
  python3 "$here/../contract/checks.py" "$work/contract.c" "$work/contract.md" "$copy/src/contract.ts" "$here"/../contract/*.xml
fi
mark=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -d' ' -f1)
cd "$copy"
if [ "$(cat "$work/done" 2>/dev/null)" != "$mark" ]; then
  echo "fetching the page's packages by npm, about 60 MB"
  run_npm "$work/npm.log" ci --ignore-scripts --omit=dev || {
    grep '^npm err' "$work/npm.log" | head -4 >&2
    echo "build.sh: npm could not install the packages" >&2
    exit 69
  }
  echo "$mark" >"$work/done"
fi
node_modules/.bin/tsc -p tsconfig.build.json
node_modules/.bin/vite build --logLevel warn
cp dist/* "$out/"
