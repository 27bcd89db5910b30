# node.sh - read by build.sh and test.sh, which set $who and $work: puts a Node that can build the page first in PATH, and its npm into $npm.
# A Node >= 20.19 of the system is used where there is one. Debian 12 has 18: it only fetches a Node 22 and an npm 11, as tests/journey/servers/node.sh does.
if [ -z "${npm_config_cafile:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
  export npm_config_cafile=/etc/ssl/certs/ca-certificates.crt
fi
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
# npm asks a registry that does not answer for many minutes. What was fetched by then is kept: the next run goes on from there.
npm_patience_s=${NPM_PATIENCE_S:-600}
run_npm() { # LOG WORD…: npm, no longer than that; a dot a second on a terminal
  local log=$1 ticker=
  shift
  if [ -t 1 ]; then
    (while sleep 1; do printf .; done) &
    ticker=$!
  fi
  status=0
  timeout "$npm_patience_s" "$npm" "$@" >"$log" 2>&1 || status=$?
  [ -z "$ticker" ] || { kill "$ticker" 2>/dev/null; wait "$ticker" 2>/dev/null || true; echo; }
  [ "$status" -ne 124 ] || echo "$who: npm was given up after $npm_patience_s s; what it fetched is kept, so the next run has less to do" >&2
  return "$status"
}
if ! command -v npm >/dev/null; then
  echo "$who: npm is missing: install the packages nodejs and npm" >&2
  exit 69
fi
is_new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }
npm=$(command -v npm)
if ! is_new_enough node; then
  if [ ! -x "$work/tool/bin/node" ]; then
    case $(uname -m) in aarch64) cpu=arm64 ;; *) cpu=x64 ;; esac
    echo "fetching Node 22 by npm, about 50 MB"
    run_npm "$work/tool.log" install --ignore-scripts --no-save --no-package-lock --prefix "$work/tool" "node-linux-$cpu@22" npm@11 || {
      echo "$who: no Node 22 could be fetched; see $work/tool.log" >&2
      exit 69
    }
    mkdir -p "$work/tool/bin"
    ln -sf "$work/tool/node_modules/node-linux-$cpu/bin/node" "$work/tool/bin/node"
  fi
  PATH=$work/tool/bin:$PATH
  npm=$work/tool/node_modules/npm/bin/npm-cli.js
fi
