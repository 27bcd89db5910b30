#!/bin/sh
# node.sh DIR [FROM]: makes DIR/node (a Node >= 20) and DIR/node_modules (as package-lock.json in FROM pins them; FROM: the folder of this
# script, unless it is given), and copies of the .mjs files beside it, so that `DIR/node DIR/smtp-server.mjs …` works. Does nothing when that
# is done for this lock file.
# A Node >= 20 of the system is used where there is one. Debian 12 has 18, whose npm 9 fails now and then at larger tasks: it only fetches
# a Node 22 and an npm 11 into DIR/tool, and these do the rest. Needs npm (packages nodejs npm) and the network the first time.
set -eu
here=$(cd "${2:-$(dirname "$0")}" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
mark=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -d' ' -f1)

exec 9>"$dir/lock"
flock 9 # two tests may want the same folder at once
cp "$here"/*.mjs "$dir/" # copies, not links: Node looks for node_modules where a module really lies
[ -x "$dir/node" ] && [ "$(cat "$dir/done" 2>/dev/null)" = "$mark" ] && exit 0
if [ -z "${npm_config_cafile:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
  export npm_config_cafile=/etc/ssl/certs/ca-certificates.crt
fi
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

if ! command -v npm >/dev/null; then
  echo "node.sh: npm is missing: install the packages nodejs and npm" >&2
  exit 69
fi
rm -f "$dir/node" "$dir/done"
if [ "$(major node)" -ge 20 ]; then
  ln -s "$(command -v node)" "$dir/node"
  npm=$(command -v npm)
else
  case $(uname -m) in aarch64) cpu=arm64 ;; *) cpu=x64 ;; esac
  npm install --ignore-scripts --no-save --no-package-lock --prefix "$dir/tool" "node-linux-$cpu@22" npm@11 >"$dir/tool.log" 2>&1 || {
    echo "node.sh: no Node 22 could be fetched; see $dir/tool.log" >&2
    exit 69
  }
  ln -s "$dir/tool/node_modules/node-linux-$cpu/bin/node" "$dir/node"
  PATH=$dir:$PATH
  npm=$dir/tool/node_modules/npm/bin/npm-cli.js
fi
cp "$here/package.json" "$here/package-lock.json" "$dir/"
(cd "$dir" && "$npm" ci --ignore-scripts >"$dir/npm.log" 2>&1) || {
  echo "node.sh: npm could not install; see $dir/npm.log" >&2
  exit 69
}
echo "$mark" >"$dir/done"
