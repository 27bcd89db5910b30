#!/bin/sh
# postfix.sh start DIR | stop DIR: a private Postfix, beside whatever else the machine has. Needs root and the packages postfix,
# sasl2-bin, libsasl2-modules, openssl. Own configuration, queue, log and ports (127.0.0.1 only); syslog is not needed.
#   POSTFIX_USER, POSTFIX_PASSWORD   AUTH PLAIN, LOGIN, CRAM-MD5, only behind STARTTLS (Cyrus SASL; preset ann@localhost / secret)
#   POSTFIX_SETTINGS                 more lines for main.cf (one setting a line), instead of those below
# start leaves: DIR/port, DIR/ca.pem (trust this), DIR/log, DIR/mail/ (Maildir: every recipient's mail, with X-Original-To:).
# Recipients named nobody…@ are refused (550 5.1.1), later…@ always put off (451 4.3.0): a relay that says no.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
verb=${1:-}
dir=${2:-}

usage() { echo "usage: postfix.sh start|stop DIR" >&2; exit 64; }
need() { command -v "$1" >/dev/null || { echo "postfix.sh: $1 is missing: install the package $2" >&2; exit 69; }; }
[ -n "$dir" ] || usage
PATH=$PATH:/usr/sbin:/sbin
conf=$dir/conf

stop() {
  [ -d "$conf" ] || exit 0
  postfix -c "$conf" stop >>"$dir/log" 2>&1 || true
  i=0
  while postfix -c "$conf" status >/dev/null 2>&1 && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

write_main() {
  vmail_uid=$(id -u nobody)
  vmail_gid=$(id -g nobody)
  cat >"$conf/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file = $dir/log
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
syslog_name = journey
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost.localdomain
mydestination =
mynetworks =
relayhost =
default_transport = error:nothing leaves this machine
local_transport = error:nobody lives here
alias_maps =
alias_database =
local_recipient_maps =
# every recipient of every domain, in one Maildir
virtual_mailbox_domains = regexp:$conf/domains
virtual_mailbox_maps = regexp:$conf/mailboxes
virtual_mailbox_base = $dir
virtual_minimum_uid = 1
virtual_uid_maps = static:$vmail_uid
virtual_gid_maps = static:$vmail_gid
virtual_mailbox_limit = 0
message_size_limit = 67108864
smtpd_recipient_restrictions = check_recipient_access regexp:$conf/recipients, permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = $dir/cert.pem
smtpd_tls_key_file = $dir/key.pem
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_session_cache_database =
tls_random_source = dev:/dev/urandom
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
cyrus_sasl_config_path = $conf/sasl
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
default_process_limit = 100
smtpd_peername_lookup = no
disable_dns_lookups = yes
in_flow_delay = 0
${POSTFIX_SETTINGS:-}
END
  # the last one counts; were both there, postlogd would warn of it through the socket that it alone reads, and could wait for itself
  tac "$conf/main.cf" | awk -F'[ =]' '/^#/ || !seen[$1]++' | tac >"$conf/main.cf.once"
  mv "$conf/main.cf.once" "$conf/main.cf"
}

write_tables() {
  echo '/./ OK' >"$conf/domains"
  echo '/./ mail/' >"$conf/mailboxes"
  printf '%s\n' '/^nobody/ 550 5.1.1 No such user here' '/^later/ 451 4.3.0 Come back later' >"$conf/recipients"
  cat >"$conf/master.cf" <<END
127.0.0.1:$port inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - 4 virtual
postlog unix-dgram n - n - 1 postlogd
END
}

write_sasl() {
  mkdir -p "$conf/sasl"
  cat >"$conf/sasl/smtpd.conf" <<END
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: $conf/sasl/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256
END
  user=${POSTFIX_USER:-ann@localhost}
  printf '%s' "${POSTFIX_PASSWORD:-secret}" | saslpasswd2 -p -c -f "$conf/sasl/sasldb2" -u "${user#*@}" "${user%%@*}"
  chown postfix "$conf/sasl/sasldb2"
}

start() {
  need postfix postfix
  need saslpasswd2 sasl2-bin
  need openssl openssl
  [ "$(id -u)" = 0 ] || { echo "postfix.sh: needs root (Postfix changes its user itself)" >&2; exit 77; }
  stop_if_there
  mkdir -p "$dir/queue" "$dir/data" "$conf"
  dir=$(cd "$dir" && pwd)
  conf=$dir/conf
  chmod 755 "$dir"
  "$here/make-cert.sh" "$dir/tls"
  cp "$dir/tls/ca.pem" "$dir/tls/cert.pem" "$dir/tls/key.pem" "$dir/"
  chmod 644 "$dir/ca.pem" "$dir/cert.pem"
  mkdir -p "$dir/mail"
  chown nobody "$dir/mail"
  chown postfix "$dir/data"
  : >>"$dir/log"
  port=$(free_port)
  write_main
  write_tables
  write_sasl
  # Postfix wants its queue's folders with their owners; post-install makes them for a configuration of its own
  postfix -c "$conf" post-install create-missing >>"$dir/log" 2>&1 || true
  if ! postfix -c "$conf" start >>"$dir/log" 2>&1; then
    echo "postfix.sh: Postfix did not start; see $dir/log" >&2
    exit 69
  fi
  i=0
  until python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null; do
    i=$((i + 1))
    [ $i -lt 100 ] || { echo "postfix.sh: Postfix does not listen; see $dir/log" >&2; exit 69; }
    sleep 0.1
  done
  echo "$port" >"$dir/port"
}

stop_if_there() { if [ -d "$conf" ]; then stop; rm -rf "$conf"; fi; }

case $verb in start) start ;; stop) stop ;; *) usage ;; esac
