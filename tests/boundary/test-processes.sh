#!/bin/bash
# test-processes.sh ROLE:PID…: running processes of an ordinary user, seen from outside. ROLE: core, or a confined program's name.
# A process without rights of the same user must not read them; core has no network socket; the confined ones wear their lock.
set -u
n=0 failed=0
check() { # name, status
  n=$((n + 1))
  if [ "$2" = 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; failed=1; fi
}
as_other() { # pid, command…: the same user, without any right of root
  local uid gid
  uid=$(awk '/^Uid:/ { print $2 }' "/proc/$1/status") gid=$(awk '/^Gid:/ { print $2 }' "/proc/$1/status")
  shift
  setpriv --reuid="$uid" --regid="$gid" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs -- "$@" >/dev/null 2>&1
}
has_line() { grep -qE "$2" "/proc/$1/$3"; }
inodes() { readlink "/proc/$1"/fd/* | sed -n 's/^socket:\[\(.*\)\]$/\1/p'; }
network_inodes() { # of the process's own network namespace: the last columns differ by table
  awk 'FNR > 1 { print $10 }' "/proc/$1"/net/{tcp,tcp6,udp,udp6,udplite,raw,raw6} 2>/dev/null
  awk 'FNR > 1 { print $NF }' "/proc/$1"/net/{netlink,packet} 2>/dev/null
}

uid=$(awk '/^Uid:/ { print $2 }' "/proc/${1#*:}/status") # of the first: all have the same
setpriv --reuid="$uid" --regid="$uid" --clear-groups --inh-caps=-all --bounding-set=-all -- sleep 60 &
control=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ "$(cat "/proc/$control/comm")" = sleep ] && break; sleep 0.1; done
as_other "$control" cat "/proc/$control/environ"
check "control: an unprotected process of the user can be read" $?
why= # tried by itself: that a program has none is no reason to believe that there are none
as_other "$control" unshare --user --net --ipc --uts true || why=" # SKIP no namespaces here for this user"
own() { [ -n "$why" ] || [ "$(readlink "/proc/$1/ns/$2")" != "$(readlink "/proc/self/ns/$2")" ]; }

for pair; do
  role=${pair%%:*} pid=${pair#*:}
  ! as_other "$pid" cat "/proc/$pid/environ"
  check "$role: its environment is closed to the same user" $?
  ! as_other "$pid" cat "/proc/$pid/maps"
  check "$role: its memory map is closed" $?
  ! as_other "$pid" ls "/proc/$pid/fd/"
  check "$role: its descriptors are closed" $?
  has_line "$pid" '^Max core file size +0 +0 ' limits
  check "$role: writes no core dump" $?
  name="$role: holds no network socket of its own namespace"
  case $role in
    *-sink | *-smtp) # the sockets that it was given are ours: told apart by the namespace, where it may have one
      own "$pid" net
      check "$role: has an empty network of its own$why" $?
      name=$name$why ;;
  esac
  [ "${name%SKIP*}" != "$name" ] || ! comm -12 <(inodes "$pid" | sort -u) <(network_inodes "$pid" | sort -u) | grep -q .
  check "$name" $?
  [ "$role" = core ] && continue
  own "$pid" ipc && own "$pid" uts && own "$pid" user
  check "$role: has ipc, host name and user of its own$why" $?
  has_line "$pid" '^Seccomp:[[:space:]]+2$' status
  check "$role: its system calls are filtered" $?
  ! grep -q ^Seccomp_filters: "/proc/$pid/status" || [ "$(grep -lE '^Seccomp_filters:[[:space:]]+2$' "/proc/$pid"/task/*/status | wc -l)" = "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" ]
  check "$role: all its threads have both filters, the one against further threads too" $?
  has_line "$pid" '^NoNewPrivs:[[:space:]]+1$' status
  check "$role: gains no rights by exec" $?
  has_line "$pid" '^CapEff:[[:space:]]+0+$' status && has_line "$pid" '^CapPrm:[[:space:]]+0+$' status
  check "$role: has no capability" $?
  ! tr '\0' '\n' <"/proc/$pid/environ" | grep -vE '^(GIO_USE_VFS|GSETTINGS_BACKEND|GIO_USE_PROXY_RESOLVER|PATH|LANG|LC_ALL|LC_CTYPE|TZ|G_DEBUG|(A|L|T|UB)SAN_OPTIONS|POSTRIDER_KILL)='
  check "$role: its environment is the allow-listed one" $?
  ! readlink "/proc/$pid"/fd/* | while read -r what; do [ -d "$what" ] && [ "$role" != postrider-sink ] && echo "$what"; done | grep -q .
  check "$role: holds no folder (the sink: its Maildir)" $?
  ! readlink "/proc/$pid"/fd/* | grep -E '^/dev/|vault|sqlite|store' | grep -vx /dev/null
  check "$role: holds no device, and nothing of the store or the vault" $?
done
kill "$control"
echo "1..$n"
exit $failed
