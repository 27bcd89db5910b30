#!/usr/bin/env bash
# run.sh [--keep] [NAME…]: ./test.sh of this tree's last commit on fresh machines, one after the other. As root; packages: data/packages/long.list.
#   bare    Debian 12 in a chroot: no user namespaces and no mounts of one's own, as in many containers
#   busy    the same, beside stress-ng --cpu 4
#   trixie  Debian 13, with user namespaces
# The closing lines come into RESULTS.md, the whole output into build-long/. Each machine is a folder in ${TMPDIR:-/var/tmp} and goes away (--keep: stays).
# All its mounts and processes live in namespaces of their own and end with them: none is made or taken away in this machine's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
logs=$root/build-long
mirror=${MIRROR:-http://deb.debian.org/debian} security=${SECURITY:-http://deb.debian.org/debian-security}
keeps= place= stress=

finish() {
  [ -z "$stress" ] || kill "$stress" 2>/dev/null || true
  [ -z "$place" ] || [ -n "$keeps" ] || rm -rf --one-file-system "$place"
}
trap finish EXIT
trap 'exit 75' INT TERM HUP

# What was written for apt here, and belongs to no package: that one's own file would make dpkg ask which to take.
network_options() {
  local option
  for option in $(grep -ls '^ *Acquire::' /etc/apt/apt.conf.d/* || true); do dpkg -S "$option" >/dev/null 2>&1 || echo "$option"; done
}

# How this machine reaches the network is told to the new one: proxy, names, authorities.
tell_network() {
  local option
  mkdir -p "$place/etc/apt/apt.conf.d"
  for option in $(network_options); do cp "$option" "$place/etc/apt/apt.conf.d/"; done
  for option in /etc/resolv.conf /etc/hosts /etc/npmrc /etc/ssl/certs/ca-certificates.crt; do [ ! -f "$option" ] || cp -L "$option" "$place$option"; done
}

make_machine() { # SUITE
  local options=() option
  for option in $(network_options); do options+=("--aptopt=$option"); done
  place=$(mktemp -d -p "${TMPDIR:-/var/tmp}" postrider-machine-XXXXXX)
  chmod 755 "$place"
  mmdebstrap --variant=minbase --include=ca-certificates ${options[@]+"${options[@]}"} "$1" "$place" "deb $mirror $1 main" "deb $mirror $1-updates main" \
    "deb $security $1-security main" >"$logs/machine-$1.log" 2>&1 || { tail -20 "$logs/machine-$1.log" >&2; return 1; }
  tell_network
  git clone -q "$root" "$place/root/postrider"
}

# What a container has: proc, sys, a few devices. A root that is no mount (chroot) refuses user namespaces, one that is (pivot) allows them.
enter='
place=$1 how=$2
[ "$how" = chroot ] || mount --bind "$place" "$place"
cd "$place"
mount -t proc proc proc
mount --rbind /sys sys
mount -t tmpfs -o mode=755 dev dev
for name in null zero full random urandom tty; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
mkdir dev/shm dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
run="env -i HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /root/postrider/test.sh"
[ "$how" = pivot ] || exec chroot . $run
mkdir .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old
exec $run'

play() { # NAME SUITE HOW: returns test.sh's own status
  local status=0 line
  echo "== $1: Debian $2 ($3)"
  make_machine "$2"
  if [ "$1" = busy ]; then
    setsid stress-ng --quiet --cpu 4 & # a session of its own, as another person's
    stress=$!
  fi
  unshare --mount --pid --fork --kill-child --propagation private bash -euc "$enter" machine "$place" "$3" >"$logs/machines-$1.log" 2>&1 </dev/null || status=$?
  [ -z "$stress" ] || { kill "$stress"; wait "$stress" || true; stress=; }
  line=$(tail -1 "$logs/machines-$1.log")
  echo "$line; $(sed -n 's/^\([0-9]* minutes\)$/\1/p' "$logs/machines-$1.log" | tail -1)"
  grep -E '^(failed|skipped): ' "$logs/machines-$1.log" || true
  keep "$1" "$line"
  [ -n "$keeps" ] && echo "kept: $place" || rm -rf --one-file-system "$place"
  place=
  return "$status"
}

keep() { # NAME LINE: its row of the table, in place of the older one
  local row
  row="| $1 | $(date -u +%F) | $(git -C "$root" rev-parse --short HEAD) | $(sed -n 's/^\([0-9]*\) minutes$/\1/p' "$logs/machines-$1.log" | tail -1) | $2 |"
  { grep -vE "^\| $1 \|" "$here/RESULTS.md"; echo "$row"; } >"$here/RESULTS.md.new"
  mv "$here/RESULTS.md.new" "$here/RESULTS.md"
}

names=()
for word; do
  case $word in
    --keep) keeps=yes ;;
    bare | busy | trixie) names+=("$word") ;;
    *) sed -n '2,7s/^# //p' "$0" >&2; exit 64 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "run.sh: only root can make machines" >&2; exit 77; }
mkdir -p "$logs"
failed=0
for name in ${names[@]+"${names[@]}"} $([ ${#names[@]} -gt 0 ] || echo bare busy trixie); do
  case $name in
    trixie) play trixie trixie pivot ;;
    *) play "$name" bookworm chroot ;;
  esac || failed=1
done
exit $failed
