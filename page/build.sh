#!/bin/sh
# build.sh [OUT [CONTRACT_TS [WORK]]]: makes the page into the folder OUT (page/dist): index.html, scripts, one style sheet; the same names each time.
# Does nothing where OUT is newer than all that it is made of.
#   CONTRACT_TS: the types that the build made (contract/checks.py); else they are made here.
#   WORK: where packages are kept between builds; else a folder of its own that goes away.
# Needs npm (packages nodejs npm) and, the first time, the network: packages are pinned by package-lock.json.
# A Node >= 20.19 of the system is used where there is one. Debian 12 has 18: it only fetches a Node 22 and an npm 11, as tests/journey/servers/node.sh does.
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
if [ -z "${npm_config_cafile:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
  export npm_config_cafile=/etc/ssl/certs/ca-certificates.crt
fi
export NODE_ENV=production npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

if ! command -v npm >/dev/null; then
  echo "build.sh: npm is missing: install the packages nodejs and npm" >&2
  exit 69
fi
is_new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }
npm=$(command -v npm)
if ! is_new_enough node; then
  if [ ! -x "$work/tool/bin/node" ]; then
    case $(uname -m) in aarch64) cpu=arm64 ;; *) cpu=x64 ;; esac
    npm install --ignore-scripts --no-save --no-package-lock --prefix "$work/tool" "node-linux-$cpu@22" npm@11 >"$work/tool.log" 2>&1 || {
      echo "build.sh: no Node 22 could be fetched; see $work/tool.log" >&2
      exit 69
    }
    mkdir -p "$work/tool/bin"
    ln -sf "$work/tool/node_modules/node-linux-$cpu/bin/node" "$work/tool/bin/node"
  fi
  PATH=$work/tool/bin:$PATH
  npm=$work/tool/node_modules/npm/bin/npm-cli.js
fi

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
  "$npm" ci --ignore-scripts --omit=dev >"$work/npm.log" 2>&1 || {
    cat "$work/npm.log" >&2
    echo "build.sh: npm could not install the packages" >&2
    exit 69
  }
  echo "$mark" >"$work/done"
fi
node_modules/.bin/tsc -p tsconfig.build.json
node_modules/.bin/vite build --logLevel warn
cp dist/* "$out/"
