#!/bin/sh
# make-cert.sh DIR: a CA and a certificate for localhost signed by it: DIR/ca.pem, DIR/cert.pem, DIR/key.pem, DIR/both.pem.
# make-cert.sh DIR expired: the certificate ended yesterday. Needs openssl. Does nothing when they are there.
set -eu
dir=$1
days=30
[ "${2:-}" = expired ] && days=-1
[ -s "$dir/both.pem" ] && exit 0
mkdir -p "$dir"
umask 077
cat >"$dir/ext.cnf" <<'END'
subjectAltName=DNS:localhost,IP:127.0.0.1
extendedKeyUsage=serverAuth
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=Journey test CA' \
  -addext 'keyUsage=critical,keyCertSign' -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>"$dir/openssl.log"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' -keyout "$dir/key.pem" \
  -out "$dir/cert.csr" 2>>"$dir/openssl.log"
openssl x509 -req -in "$dir/cert.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days $days \
  -extfile "$dir/ext.cnf" -out "$dir/cert.pem" 2>>"$dir/openssl.log"
cat "$dir/cert.pem" "$dir/key.pem" >"$dir/both.pem"
