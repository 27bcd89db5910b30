#!/bin/bash
# test-machine-stays.sh ESCAPE: after all attempts and their controls, run as root, the machine is what it was: its name, mounts, settings of
# the kernel, IPC objects, keys, addresses.
set -u
escape=$(realpath "$1")
if [ "$(id -u)" != 0 ]; then
  echo "1..0 # SKIP needs root: nobody else could change the machine"
  exit 0
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
n=0 failed=0
check() { # name, status
  n=$((n + 1))
  if [ "$2" = 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; failed=1; fi
}
settings() { # what the kernel itself changes by the second is left out; whoever else is at work here changes the rest rarely
  find /proc/sys/kernel /proc/sys/net /proc/sys/user /proc/sys/fs/mqueue -type f ! -path '*/random/*' ! -name ns_last_pid ! -name nr ! -name 'perf_*' ! -name '*_count' \
    ! -path '*/netfilter/*' -exec grep -H '' {} + 2>/dev/null | sort
}
look() { # into this folder
  mkdir "$1"
  uname -n >"$1/name"
  cat /proc/sys/kernel/domainname >>"$1/name"
  grep -v escape- /proc/self/mountinfo | cut -d' ' -f 3- >"$1/mounts"
  settings >"$1/settings"
  tail -n +2 -q /proc/sysvipc/* | sort >"$1/ipc"
  grep -c postrider /proc/keys >"$1/keys"
  tail -n +3 /proc/net/dev | cut -d: -f1 | sort >"$1/interfaces"
  cat /proc/net/if_inet6 /proc/net/route >"$1/addresses" 2>/dev/null
  cat "/proc/$$/oom_score_adj" "/proc/$$/personality" "/proc/$$/cgroup" >"$1/own" 2>/dev/null
}
look "$place/before"
for words in smtp 'sink namespaces'; do
  # shellcheck disable=SC2086
  (cd / && TMPDIR=/tmp "$escape" $words) >"$place/log" 2>&1
  case $? in 0 | 1) ;; *) sed 's/^/# /' "$place/log"; check "$words: the attempts were made" 1 ;; esac
done
look "$place/after"
for what in name mounts settings ipc keys interfaces addresses own; do
  diff "$place/before/$what" "$place/after/$what" >"$place/diff"
  check "the machine keeps its $what" $?
  sed 's/^/# /' "$place/diff"
done

# A control that would be seen: without namespaces of its own, the name is changed. In namespaces of this test's own.
seen=$(unshare --uts sh -c 'hostname escaped 2>/dev/null || echo escaped >/proc/sys/kernel/hostname; uname -n' 2>/dev/null)
if [ -n "$seen" ]; then
  [ "$seen" = escaped ]
  check "control: a change of the name is seen" $?
else
  n=$((n + 1)); echo "ok $n - control: a change of the name is seen # SKIP no namespaces here"
fi
echo "1..$n"
exit $failed
