#!/bin/bash
# test-live-processes.sh POSTRIDER CHECK: starts core with a sink, a dial and a transport at work, all as an ordinary user (root's
# own processes are closed to whoever has fewer rights, so that would show nothing), then has CHECK look at each of them.
set -u
program=$1 check=$2
as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --)
home=$(mktemp -d /tmp/live-XXXXXX)
build=$(dirname "$(dirname "$program")")
mkdir "$home/programs" # the build folder may be closed to others
find "$build/cli/postrider" "$build/core/postrider-core" "$build/confined" -maxdepth 2 -type f -name 'postrider*' -exec cp {} "$home/programs" \;
program=$home/programs/postrider
chown 65534:65534 "$home"
export POSTRIDER_HOME=$home/data HOME=$home XDG_STATE_HOME=$home/state
sink=
postrider() { "${as_user[@]}" "$program" "$@"; }
finish() {
  [ -z "$sink" ] || kill "$sink" 2>/dev/null
  [ -z "${core:-}" ] || kill "$core" 2>/dev/null
  for _ in $(seq 50); do [ -d "/proc/${core:-none}" ] || break; sleep 0.1; done
  rm -rf "$home"
}
trap finish EXIT

"${as_user[@]}" "$program" sink --port 0 --dir "$home/mail" >"$home/sink.log" 2>&1 &
sink=$!
for _ in $(seq 100); do
  port=$(grep -oE '(127\.0\.0\.1|localhost|port)[: ]+[0-9]+' "$home/sink.log" | grep -oE '[0-9]+$' | head -1)
  [ -z "$port" ] || break
  sleep 0.1
done
core=$(for pid in $(pgrep -x postrider-core); do tr '\0' '\n' <"/proc/$pid/environ" | grep -qxF "POSTRIDER_HOME=$POSTRIDER_HOME" && echo "$pid"; done | head -1)
if [ -z "$core" ]; then
  sed 's/^/# /' "$home/sink.log"
  printf 'not ok 1 - core did not start\n1..1\n'
  exit 1
fi
# A campaign slow enough to be looked at while it runs.
printf 'email,name\nann@example.org,Ann\nben@example.org,Ben\ncid@example.org,Cid\n' >"$home/people.csv"
{
  postrider import "$home/people.csv" --list live --consent test
  postrider account add live ann@example.com --host localhost --port "${port:-25}" --tls none --no-password
  postrider send --account live --list live --from 'Ann <ann@example.com>' --subject Hello --text - --rate 6/min --detach --yes <<<'Hello {{name}}'
} >"$home/send.log" 2>&1
# until the first message has come through all of them, and those that only made the preview have left
before=
for _ in $(seq 120); do
  now=$(pgrep -P "$core")
  [ "$now" != "$before" ] || [ -z "$(find "$home/mail/new" -type f -print -quit 2>/dev/null)" ] || break
  before=$now
  sleep 1
done
pairs=(core:"$core")
for pid in $(pgrep -P "$core"); do pairs+=("$(cat "/proc/$pid/comm"):$pid"); done
sed 's/^/# /' "$home/send.log"
echo "# ${pairs[*]}"
"$check" "${pairs[@]}"
