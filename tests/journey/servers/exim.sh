#!/bin/sh
# exim.sh start DIR | stop DIR: a private Exim, unpacked (never installed: it and Postfix conflict) from Debian's exim4-daemon-light.
# Needs root, apt-get with the network the first time, libgnutls-dane0 and libidn12, unshare (util-linux), openssl. 127.0.0.1 only, own queue, log and port.
#   EXIM_USER, EXIM_PASSWORD   AUTH PLAIN and LOGIN, only behind STARTTLS (preset ann / secret)
#   EXIM_SETTINGS              more lines for the main section
# start leaves: DIR/port, DIR/ca.pem (trust this), DIR/log/, DIR/mail/ (Maildir: every recipient's mail, with Envelope-to:).
# Recipients named nobody…@ are refused (550), later…@ always put off (451). It differs from Postfix where it matters to us: GnuTLS, and
# how it goes on after a refused BDAT.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
verb=${1:-}
dir=${2:-}

usage() { echo "usage: exim.sh start|stop DIR" >&2; exit 64; }
[ -n "$dir" ] || usage

stop() {
  [ -s "$dir/pid" ] || return 0
  pid=$(cat "$dir/pid")
  if [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "$dir/exim.conf"; then kill "$pid" 2>/dev/null || true; fi
  i=0
  while [ -d "/proc/$pid" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
  rm -f "$dir/pid"
}

fetch() {
  [ -x "$dir/root/usr/sbin/exim4" ] && return 0
  mkdir -p "$dir/deb"
  if ! (cd "$dir/deb" && apt-get download exim4-daemon-light) >"$dir/fetch.log" 2>&1; then
    echo "exim.sh: exim4-daemon-light could not be fetched (apt-get update first?); see $dir/fetch.log" >&2
    exit 69
  fi
  dpkg -x "$dir"/deb/exim4-daemon-light*.deb "$dir/root"
  chmod u-s "$dir/root/usr/sbin/exim4"
  if ldd "$dir/root/usr/sbin/exim4" | grep 'not found' >"$dir/fetch.log"; then
    echo "exim.sh: libraries are missing (package libgnutls-dane0 libidn12?): $(cut -d' ' -f1 "$dir/fetch.log" | tr -d '\t' | tr '\n' ' ')" >&2
    rm -rf "$dir/root"
    exit 69
  fi
}

write_conf() {
  cat >"$dir/exim.conf" <<END
exim_path = $dir/root/usr/sbin/exim4
primary_hostname = localhost.localdomain
spool_directory = $dir/spool
log_file_path = $dir/log/%slog
pid_file_path = $dir/exim.pid
daemon_smtp_ports = $port
local_interfaces = 127.0.0.1
exim_user = Debian-exim
exim_group = Debian-exim
never_users =
host_lookup =
rfc1413_query_timeout = 0s
dns_ipv4_lookup = !*
dsn_advertise_hosts =
prdr_enable = false
disable_ipv6 = true
keep_environment =
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
pipelining_advertise_hosts = *
message_size_limit = 64M
smtp_accept_max = 200
smtp_accept_max_per_connection = 0
smtp_accept_queue = 0
smtp_accept_queue_per_connection = 0
queue_run_max = 4
tls_advertise_hosts = *
tls_certificate = $dir/cert.pem
tls_privatekey = $dir/key.pem
auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
${EXIM_SETTINGS:-}
begin acl
check_rcpt:
  deny local_parts = ^nobody
       message = 5.1.1 No such user here
  defer local_parts = ^later
       message = 4.3.0 Come back later
  accept authenticated = *
  deny message = 5.7.1 Log in first
begin routers
everyone:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  directory = $dir/mail
  maildir_format
  user = Debian-exim
  envelope_to_add
  return_path_add
  delivery_date_add = false
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{\$auth2}{${EXIM_USER:-ann}}}{eq{\$auth3}{${EXIM_PASSWORD:-secret}}}}}
  server_set_id = \$auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if and{{eq{\$auth1}{${EXIM_USER:-ann}}}{eq{\$auth2}{${EXIM_PASSWORD:-secret}}}}}
  server_set_id = \$auth1
END
}

start() {
  [ "$(id -u)" = 0 ] || { echo "exim.sh: needs root (Exim changes its user itself)" >&2; exit 77; }
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  stop
  fetch
  chmod 755 "$dir"
  "$here/make-cert.sh" "$dir/tls"
  cp "$dir/tls/ca.pem" "$dir/tls/cert.pem" "$dir/tls/key.pem" "$dir/"
  # Exim wants its user's name known. Where it is not, a list of users that our Exim alone sees is put over the machine's
  cp /etc/passwd "$dir/passwd"
  cp /etc/group "$dir/group"
  is_known=yes
  id Debian-exim >/dev/null 2>&1 || {
    is_known=no
    echo 'Debian-exim:x:64900:64900::/nonexistent:/usr/sbin/nologin' >>"$dir/passwd"
    echo 'Debian-exim:x:64900:' >>"$dir/group"
  }
  owner=$(awk -F: '$1 == "Debian-exim" { print $3 ":" $4 }' "$dir/passwd")
  mkdir -p "$dir/spool" "$dir/log" "$dir/mail"
  chown "$owner" "$dir/spool" "$dir/log" "$dir/mail" "$dir/key.pem" "$dir/cert.pem"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  write_conf
  chown root "$dir/exim.conf"
  chmod 644 "$dir/exim.conf"
  # shellcheck disable=SC2016
  if [ $is_known = yes ]; then
    "$dir/root/usr/sbin/exim4" -C "$dir/exim.conf" -bdf >"$dir/start.log" 2>&1 </dev/null &
  elif unshare --mount --propagation private true 2>/dev/null; then
    unshare --mount --propagation private sh -c '
      mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group || exit 69
      exec "$1/root/usr/sbin/exim4" -C "$1/exim.conf" -bdf' sh "$dir" >"$dir/start.log" 2>&1 </dev/null &
  else
    echo "exim.sh: no mount namespace is to be had (a chroot?): adduser --system --group --no-create-home Debian-exim, then again" >&2
    exit 69
  fi
  echo $! >"$dir/pid"
  i=0
  until python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null; do
    i=$((i + 1))
    if [ $i -ge 100 ] || ! [ -d "/proc/$(cat "$dir/pid")" ]; then
      echo "exim.sh: Exim does not listen; see $dir/start.log and $dir/log" >&2
      exit 69
    fi
    sleep 0.1
  done
  echo "$port" >"$dir/port"
}

case $verb in start) start ;; stop) stop ;; *) usage ;; esac
