#!/usr/bin/env bash
# From a fresh Debian 12 to a campaign that went out (into a local capture server) and a report that says who got it.
# Everything stays in this folder: build/ and build/quickstart/.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n\033[1m== %s\033[0m\n' "$*" | { if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }; }

. data/packages/install.sh
say "What this does"
cat <<TXT
Installs what is missing of Debian's packages (data/packages/build.list), builds the window's page (npm fetches about 110 MB) and the programs,
all into build/, then sends a sample list into a server on this machine: nothing leaves it. On two cores about three minutes,
and what the packages take.
TXT
install_packages data/packages/build.list

say "Building the window's page"
# Without npm, or without its registry, the command line is built all the same, and the window stays out until the next run.
if NPM_PATIENCE_S=60 page/build.sh page/dist "" build/node; then
  echo "built: page/dist"
else
  echo "the page could not be built: the window stays out, the command line has everything; ./quickstart.sh tries again"
fi

say "Building Postrider"
build_setup() { # how
  meson setup "$@" --buildtype=release >build-setup.log 2>&1 || { cat build-setup.log >&2; exit 1; }
  rm -f build-setup.log
}
if [ ! -f build/build.ninja ]; then
  build_setup build
elif [ -f page/dist/index.html ] && [ ! -x build/src/shell/postrider-shell ]; then
  build_setup build --reconfigure # the page came later than the build
fi
if [ -t 1 ]; then
  ninja -C build # counts by itself
else
  ninja -C build >build/build.log 2>&1 || { tail -40 build/build.log >&2; exit 1; }
fi
echo "built: build/src/cli/postrider"

demo=$PWD/build/quickstart
rm -rf "$demo" "$demo"-home "$demo"-home.state
mkdir -p "$demo/mail"
export POSTRIDER_HOME=$demo-home
postrider() { "$PWD/build/src/cli/postrider" "$@"; }

say "Starting a local server that captures mail (nothing leaves this machine)"
"$PWD/build/src/cli/postrider" sink --port 0 --dir "$demo/mail" --refuse 'nobody.*' --delay 'later.*' >"$demo/sink.txt" 2>&1 &
sink=$!
finish() { kill -INT "$sink" 2>/dev/null || true; wait "$sink" 2>/dev/null || true; }
trap finish EXIT
for _ in $(seq 100); do
  port=$(sed -n 's/.*127\.0\.0\.1[: ]\([0-9][0-9]*\).*/\1/p' "$demo/sink.txt" | head -1)
  [ -n "$port" ] && break
  sleep 0.1
done
[ -n "${port:-}" ] || { cat "$demo/sink.txt" >&2; exit 1; }
echo "listening on 127.0.0.1:$port, messages go to build/quickstart/mail; it refuses nobody.* and puts off later.* the first time, as servers do"

say "An account, the contacts, and people who must not be written to"
postrider account add demo office@school.example --host 127.0.0.1 --port "$port" --tls none --no-password
postrider import data/sample/contacts.csv --list parents --region DE --consent 'enrolment form 2026' --rejects "$demo/rejected.csv"
postrider import data/sample/friends.xlsx --list parents --region DE --consent 'enrolment form 2026' --rejects "$demo/rejected-friends.csv"
postrider suppress add --file data/sample/suppressed.txt

say "One message to each"
status=0
postrider send --account demo --list parents --from 'School Office <office@school.example>' \
  --subject 'Summer fair: {{first name|friends}}' --html data/sample/message.html --text data/sample/message.txt \
  --unsubscribe 'https://school.example/leave' --give-up 10s --yes || status=$?
if [ "$status" -eq 75 ]; then
  echo "Some were put off; they are tried again before --give-up is over…"
  status=0
  postrider campaign watch 1 >/dev/null || status=$?
fi

say "The report"
postrider campaign show 1
postrider campaign export 1 -o "$demo/report.csv"
echo "person by person: build/quickstart/report.csv (rejected rows: build/quickstart/rejected.csv)"

say "One of the messages, as the server got it"
find "$demo/mail" -type f -path '*/new/*' -print -quit | xargs -r python3 -c '
import email, email.policy, sys
message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
for name in ("From", "To", "Subject", "List-Unsubscribe"):
    print("%s: %s" % (name, message[name]))
print("\n" + message.get_body(("plain",)).get_content().strip())
print("\nparts: " + ", ".join(part.get_content_type() for part in message.walk()))'

is_open_to_all() { # FILE: may anybody walk there?
  local at=$1
  while [ "$at" != / ]; do
    at=$(dirname "$at")
    case $(stat -c %A "$at") in *[xt]) ;; *) return 1 ;; esac
  done
}

if [ ! -x build/src/shell/postrider-shell ]; then
  window="was not built, for want of WebKitGTK 6.0 or npm; the command line has everything."
elif [ "$(id -u)" -eq 0 ] && is_open_to_all "$PWD/build/src/cli/postrider"; then
  window="as an ordinary user (it refuses root): $PWD/build/src/cli/postrider app"
elif [ "$(id -u)" -eq 0 ]; then
  window="refuses root, and others may not enter $PWD. Install it: meson install -C build
                   then, as an ordinary user: postrider app"
else
  window="$PWD/build/src/cli/postrider app"
fi

say "What next"
cat <<TXT
  Try by hand      export POSTRIDER_HOME=$POSTRIDER_HOME PATH=$PWD/build/src/cli:\$PATH
                   postrider campaign list; postrider contact find ann; postrider --help
  See more         postrider sink --port 2525 --refuse 'nobody.*' --delay 'later.*' --drop 'longest.*'    # the last one becomes unknown
  Keep it          meson install -C build (as root; then postrider is in the path), or a package: data/deb/build.sh .
  Send for real    unset POSTRIDER_HOME
                   postrider account add school you@your-domain.example --host smtp.your-domain.example
                   postrider account test school
                   postrider import people.csv --list parents
                   postrider send --account school --list parents --subject 'Hello {{name|you}}' --text letter.txt --preview 3
  Is it locked?    postrider doctor
  The window       $window
TXT
# 1 says that some were refused (the list has such addresses on purpose); anything else is a failure
[ "$status" -le 1 ]
