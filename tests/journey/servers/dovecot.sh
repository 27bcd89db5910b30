#!/bin/sh
# dovecot.sh start DIR | stop DIR: a private Dovecot (2.3) as a mail server for sending, to which people log in by a token alone. 127.0.0.1 only, own
# folders, log and port, in the clear. Needs root and the package dovecot-submissiond.
#   DOVECOT_USERINFO     where it asks whose a token is (RFC 6750; JSON with "email" and "active")
#   DOVECOT_RELAY_PORT   of 127.0.0.1, where letters go
#   DOVECOT_MECHANISMS   xoauth2, oauthbearer or both (preset)
# start leaves: DIR/port, DIR/log. 77: not here, with the reason. Source: doc.dovecot.org/2.3 (submission, oauth2).
set -eu
verb=${1:-} dir=${2:-}
[ -n "$dir" ] || { echo "usage: dovecot.sh start|stop DIR" >&2; exit 64; }

stop() {
  [ -s "$dir/run/master.pid" ] || return 0
  pid=$(cat "$dir/run/master.pid")
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "$dir/dovecot.conf"; then kill "$pid"; fi
  i=0
  while [ -d "/proc/$pid" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
}

is_here() {
  command -v dovecot >/dev/null || { echo "dovecot is not installed (package dovecot-submissiond)"; exit 77; }
  case $(dovecot --version) in
    2.3.*) ;;
    *) echo "Dovecot $(dovecot --version | cut -d' ' -f1) is written to in another way than 2.3"; exit 77 ;;
  esac
  [ "$(id -u)" = 0 ] || { echo "only root can start Dovecot"; exit 77; }
}

configure() { # PORT
  cat >"$dir/oauth2.conf" <<END
introspection_mode = auth
introspection_url = $DOVECOT_USERINFO
username_attribute = email
username_format = %u
active_attribute = active
active_value = true
END
  cat >"$dir/dovecot.conf" <<END
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
protocols = submission
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = ${DOVECOT_MECHANISMS:-xoauth2 oauthbearer}
auth_verbose = yes
mail_location = maildir:$dir/mail
hostname = mail.example.org
passdb {
  driver = oauth2
  mechanisms = ${DOVECOT_MECHANISMS:-xoauth2 oauthbearer}
  args = $dir/oauth2.conf
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=$dir/mail
}
submission_relay_host = 127.0.0.1
submission_relay_port = $DOVECOT_RELAY_PORT
service submission-login {
  chroot =
  inet_listener submission {
    port = $1
  }
}
service anvil {
  chroot =
}
END
}

case $verb in
  start)
    is_here
    mkdir -p "$dir/run" "$dir/mail"
    chmod 755 "$dir" && chown nobody "$dir/mail"
    port=$(python3 -c 'import socket; one = socket.create_server(("127.0.0.1", 0)); print(one.getsockname()[1])')
    configure "$port"
    dovecot -c "$dir/dovecot.conf" >"$dir/start.log" 2>&1 # it would keep our own output open
    i=0
    until python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null; do
      [ $i -lt 100 ] || { tail -5 "$dir/log" >&2; exit 69; }
      sleep 0.1
      i=$((i + 1))
    done
    echo "$port" >"$dir/port"
    ;;
  stop) stop ;;
  *) exit 64 ;;
esac
