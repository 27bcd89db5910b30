#!/usr/bin/env bash
# long.sh [NAME…|all]: what takes too long for ./test.sh. Without a name: lists them, with their minutes on two quiet cores.
# Output into build-long/NAME.log; its end, with day and commit, into the RESULTS.md that the list names.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 70

# name, minutes, results (- : writes its own, or has none), command
campaigns() {
  cat <<'END'
kills     20   tests/faults/RESULTS.md  tests/faults/run.sh --kills 2000 --jobs 2
cuts      20   tests/faults/RESULTS.md  tests/faults/run.sh --cuts 1000
fail      60   tests/faults/RESULTS.md  tests/faults/run.sh --fail-nth
fuzz      10   -                        tests/fuzz/run.sh --seconds 60
journeys  15   -                        run_journeys 10000
gmail     36   -                        tests/journey/gmail.py build-release two_thousand
threads   10   -                        checks/threads.sh
analyzer  5    -                        checks/static.sh analyzer
tidy      20   -                        checks/static.sh tidy
bench     120  -                        bench/run.sh
machines  120  -                        tests/machines/run.sh
patience  6    -                        tests/window/test-isolated.py build-release five_minutes
mutants   60   -                        tests/mutants/run.py
END
}

run_journeys() { # COUNT: the whole way with so many people, against each server
  local server status=0
  [ -f build-sanitized/build.ninja ] || { echo "build-sanitized is missing: ./test.sh makes it" >&2; return 66; }
  ninja -C build-sanitized all meson-test-prereq >/dev/null || return 70
  for server in postfix smtp-server exim judge; do
    tests/journey/ten-thousand.py build-sanitized "$server" "$1" || status=1
  done
  return $status
}

keep() { # RESULTS NAME COMMAND LOG: the section of that name, in place of the older one
  python3 - "$@" <<'END'
import datetime, re, subprocess, sys
results, name, command, log = sys.argv[1:]
commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip() or "no commit"
end = "\n".join(open(log, errors="replace").read().rstrip().splitlines()[-60:])
section = "## long.sh %s\n`%s`, %s, %s:\n\n```\n%s\n```\n" % (name, command, datetime.date.today(), commit, end)
text = open(results).read()
text = re.sub(r"\n## long\.sh %s\n.*?(?=\n## |\Z)" % re.escape(name), "", text, flags=re.S)
open(results, "w").write(text.rstrip() + "\n\n" + section)
END
}

play() { # NAME
  local name=$1 minutes results command status=0
  read -r _ minutes results command < <(campaigns | grep -E "^$name ")
  echo "== $name: $command (about $minutes minutes)"
  $command 2>&1 | tee "build-long/$name.log"
  status=${PIPESTATUS[0]}
  [ "$results" = - ] || keep "$results" "$name" "$command" "build-long/$name.log"
  return "$status"
}

if [ $# -eq 0 ]; then
  campaigns | awk '{ printf "%-9s %4d minutes  ", $1, $2; for (i = 4; i <= NF; i++) printf " %s", $i; print "" }'
  exit 0
fi
[ "$1" != all ] || set -- $(campaigns | awk '{ print $1 }')
for name; do
  campaigns | grep -qE "^$name " || { echo "long.sh: there is no $name; there are: $(campaigns | awk '{ printf "%s ", $1 }')" >&2; exit 64; }
done
. data/packages/install.sh
for list in build test long; do install_packages "data/packages/$list.list" || exit 69; done
mkdir -p build-long
failed=()
for name; do play "$name" || failed+=("$name"); done
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
