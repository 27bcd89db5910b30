#!/bin/sh
# make-cert.sh DIR: a CA and a certificate for localhost signed by it: DIR/ca.pem, DIR/cert.pem, DIR/key.pem, DIR/both.pem.
# make-cert.sh DIR expired: the certificate ended yesterday. Needs openssl. Does nothing when they are there.
set -eu
dir=$1
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
if [ "${2:-}" = expired ]; then # by `openssl ca`, which takes any dates: `x509` refuses days below 0 since 3.4
  ended=$(date -u -d yesterday +%Y%m%d%H%M%SZ)
  printf '[ca]\ndefault_ca=own\n[own]\ndatabase=%s\nserial=%s\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n' "$dir/index" "$dir/serial" "$dir" >"$dir/ca.cnf"
  : >"$dir/index"
  echo 02 >"$dir/serial"
  openssl ca -batch -config "$dir/ca.cnf" -in "$dir/cert.csr" -cert "$dir/ca.pem" -keyfile "$dir/ca.key" -notext \
    -startdate 20200101000000Z -enddate "$ended" -extfile "$dir/ext.cnf" -out "$dir/cert.pem" 2>>"$dir/openssl.log"
else
  openssl x509 -req -in "$dir/cert.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 30 \
    -extfile "$dir/ext.cnf" -out "$dir/cert.pem" 2>>"$dir/openssl.log"
fi
cat "$dir/cert.pem" "$dir/key.pem" >"$dir/both.pem"
